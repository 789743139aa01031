//! What running agents have in the kernel, found from outside: by the names of programs, and from there by the
//! numbers of their maps and links. Programs that share one endpoint table are one agent's.

pub(super) mod counted;
mod error;
pub(super) mod hashed;
mod links;
mod maps;
mod programs;
pub(super) mod sources;
pub(super) mod tables;

use std::collections::BTreeSet;

use classifier_common::{
    control::{Session, SessionKey},
    endpoint::Endpoint,
};

pub use self::{error::FindError, links::tcx_in, tables::KnownPort};
pub(super) use self::{error::Problem, maps::Maps};
use crate::{
    counters::{MapFill, ProgramSnapshot},
    datapath::SourceSums,
    hook::Attachment,
};

/// What one agent has in the kernel.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Its loaded programs, ingress before egress.
    pub programs: Vec<ProgramSnapshot>,
    /// Their links, whatever network namespace the interface is in. Filters are no links: see
    /// [`has_tcx`](super::has_tcx).
    pub links: Vec<Attachment>,
    /// Indices of the interfaces that have counters, of those that were asked for or have links.
    pub counted: Vec<u32>,
    /// The kernel's numbers of its maps, as far as this build knows them.
    pub map_ids: Vec<u32>,
    /// How full its maps are.
    pub maps: Vec<MapFill>,
    /// Packets that crossed a hook on an interface without counters; `None` where that cannot be read.
    pub unattributed: Option<u64>,
    /// Its control connections, those that have ended and are not yet forgotten among them.
    pub sessions: Vec<(SessionKey, Session)>,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Whom connections were with, and when; `None` where that cannot be read.
    pub sources: Option<SourceSums>,
    /// What could not be read, a sentence each.
    pub problems: Vec<String>,
}

/// Finds every agent of this machine, the one that was started first before the others.
///
/// # Errors
///
/// When the kernel does not let this process look, or does not answer. What of an agent alone cannot be read is
/// among its problems. `here` are the interfaces that may have counters without a link.
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
        if let Some(fill) = self.note(hashed::fragments(&mut maps)) {
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
        if let Some((_, fill)) = self.note(tables::ports(&mut maps)) {
            self.maps.push(fill);
        }
        self.unattributed = self.note(counted::unattributed(&mut maps));
        self.sources = self.note(sources::read(&mut maps));
    }

    fn note<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.problems.push(problem.to_string())).ok()
    }
}
