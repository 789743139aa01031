// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Inspects this host in addition to the agents: this network namespace, the pin directory, processes.

use std::path::Path;

use super::{Holder, Namespace, ProcessReport, holders};
use crate::{
    datapath::{Found, PinDirectory, look_at_pins},
    evidence::Clock,
    sockets::{Sockets, are_all_seen},
};

/// Facts about this host in addition to the agents' objects in the kernel.
#[derive(Clone, Debug, Default)]
pub struct HostContext {
    /// Network namespace of this process.
    pub namespace: Namespace,
    /// Content of the pin directory, if it exists.
    pub pins: Option<PinDirectory>,
    /// Processes with descriptors of agents' programs whose directory is not locked.
    pub holders: Vec<Holder>,
    /// Processes of the two fields above.
    pub processes: Vec<ProcessReport>,
    /// True if every process of the machine is visible: those of another PID namespace may not be.
    pub sees_all: bool,
    /// Parts that could not be inspected, one sentence each.
    pub problems: Vec<String>,
    /// Sockets of this network namespace; `None` if they cannot be read.
    pub sockets: Option<Sockets>,
    /// Relation of the programs' clock to the calendar.
    pub clock: Clock,
}

/// Inspects this host: a pin directory, unless there is none, and the processes of agents.
pub(super) fn look(found: &[Found], namespace: Namespace, pin_dir: Option<&Path>) -> HostContext {
    let mut problems = Vec::new();
    let pins = pin_dir.map(look_at_pins).transpose().unwrap_or_else(|error| {
        problems.push(error.to_string());
        None
    });
    let (pins, sees_all) = (pins.flatten(), are_all_seen());
    let sockets =
        Sockets::read().map_err(|error| problems.push(format!("the sockets cannot be read: {error}"))).ok();
    let clock = Clock::now();
    let mut context =
        HostContext { namespace, pins, sees_all, problems, sockets, clock, ..HostContext::default() };
    // The search reads every descriptor of the machine, so it runs only for agents with an unknown process.
    let unknown =
        found.iter().filter(|agent| context.pins_of(agent).is_none_or(|pins| pins.process.is_none()));
    let programs: Vec<_> = unknown.flat_map(|agent| &agent.programs).map(|program| program.id).collect();
    context.holders = holders::of(&programs);
    let mut ids: Vec<_> = context.holders.iter().map(|holder| holder.process).collect();
    ids.extend(context.pins.as_ref().and_then(|pins| pins.process));
    ids.sort_unstable();
    ids.dedup();
    context.processes = ids.into_iter().filter_map(ProcessReport::of).collect();
    context
}

impl HostContext {
    /// Returns the pins, if the agent's maps are among them.
    pub(super) fn pins_of(&self, agent: &Found) -> Option<&PinDirectory> {
        self.pins.as_ref().filter(|pins| pins.maps.iter().any(|map| agent.map_ids.contains(map)))
    }

    /// Lists the processes that may be the agent's: the one that has locked its directory, else those with
    /// its programs.
    pub(super) fn processes_of(&self, agent: &Found) -> Vec<&ProcessReport> {
        let folder = self.pins_of(agent).and_then(|pins| pins.process);
        let is_its = |holder: &&Holder| agent.programs.iter().any(|program| program.id == holder.program);
        let mut ids: Vec<_> = match folder {
            Some(process) => vec![process],
            None => self.holders.iter().filter(is_its).map(|holder| holder.process).collect(),
        };
        ids.sort_unstable();
        ids.dedup();
        self.processes.iter().filter(|process| ids.contains(&process.id)).collect()
    }
}
