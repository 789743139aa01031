// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds running agents from outside: by the names of programs, then by the numbers of their maps and links.
//! Programs that share one endpoint table belong to one agent.

pub(super) mod counted;
mod error;
pub(super) mod hashed;
mod links;
mod maps;
mod programs;
pub(super) mod sources;
pub(super) mod tables;
mod unnamed;

use std::collections::BTreeSet;

use classifier_common::{
    control::{Session, SessionKey},
    endpoint::Endpoint,
};

pub use self::{error::FindError, links::tcx_in, tables::KnownPort};
pub(super) use self::{error::Problem, maps::Maps};
use crate::{
    hook::Attachment,
    snapshot::{MapFill, ProgramSnapshot, SourceSums},
};

/// The kernel objects of one agent.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Loaded programs, ingress before egress.
    pub programs: Vec<ProgramSnapshot>,
    /// Links of the programs, in any network namespace. Filters are no links: see
    /// [`has_tcx`](super::has_tcx).
    pub links: Vec<Attachment>,
    /// Indices of the candidates, and of interfaces with links, that have counters.
    pub counted: Vec<u32>,
    /// Kernel numbers of the agent's maps that this build knows.
    pub map_ids: Vec<u32>,
    /// Fill of the maps.
    pub maps: Vec<MapFill>,
    /// Ports that are assigned to a protocol.
    pub ports: Vec<KnownPort>,
    /// Packets that crossed a hook on an interface without counters; `None` where that cannot be read.
    pub unattributed: Option<u64>,
    /// Control connections, including ended ones that are not yet removed.
    pub sessions: Vec<(SessionKey, Session)>,
    /// Endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Peers of connections, with times; `None` if they cannot be read.
    pub sources: Option<SourceSums>,
    /// Parts that could not be read, one sentence each.
    pub problems: Vec<String>,
}

/// Finds every agent of this machine, in order of their starts. `here` has the interfaces that may have
/// counters without a link.
///
/// # Errors
///
/// When the kernel does not let this process look, or does not answer. Unreadable parts of an agent are among
/// its problems.
pub fn find(here: &[u32]) -> Result<Vec<Found>, FindError> {
    let loaded = programs::by_agent()?;
    let all: Vec<u32> = loaded.iter().flat_map(|agent| &agent.programs).map(|program| program.id).collect();
    let links = links::of(&all)?;
    let found = loaded.into_iter().map(|agent| {
        let is_its = |link: &&Attachment| agent.programs.iter().any(|program| program.id == link.program);
        let links: Vec<_> = links.iter().filter(is_its).copied().collect();
        let candidates = links.iter().map(|link| link.interface).chain(here.iter().copied()).collect();
        let mut found = Found { programs: agent.programs, links, ..Found::default() };
        found.read(agent.maps, &candidates);
        found
    });
    Ok(found.collect())
}

impl Found {
    fn read(&mut self, mut maps: Maps, candidates: &BTreeSet<u32>) {
        self.map_ids = maps.ids();
        if let Some((counted, fill)) = self.note(counted::read(&mut maps, candidates)) {
            self.counted = counted;
            self.maps.push(fill);
        }
        if let Some(fill) = self.note(counted::fragments(&mut maps)) {
            self.maps.push(fill);
        }
        if let Some((endpoints, fill)) = self.note(tables::endpoints(&mut maps)) {
            self.endpoints = endpoints;
            self.maps.push(fill);
        }
        if let Some((sessions, fill)) = self.note(hashed::sessions(&mut maps)) {
            self.sessions = sessions;
            self.maps.push(fill);
        }
        if let Some((ports, fill)) = self.note(tables::ports(&mut maps)) {
            self.ports = ports;
            self.maps.push(fill);
        }
        self.unattributed = self.note(counted::unattributed(&mut maps));
        self.sources = self.note(sources::read(&mut maps));
    }

    fn note<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.problems.push(problem.to_string())).ok()
    }
}
