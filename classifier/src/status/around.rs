//! What is around agents: this network namespace, the pin folder, processes.

use std::path::Path;

use super::{Holder, Namespace, ProcessReport, holders};
use crate::{
    datapath::{Found, SeenPins, look_at_pins},
    evidence::Clock,
};

/// What is seen beside what is in the kernel of agents.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The network namespace that is looked from.
    pub namespace: Namespace,
    /// What is in the pin folder, if it is there.
    pub pins: Option<SeenPins>,
    /// Who holds descriptors of the programs of agents whose folder nobody holds.
    pub holders: Vec<Holder>,
    /// The processes that are named by the two above.
    pub processes: Vec<ProcessReport>,
    /// Whether every process of the machine is seen: those of another PID namespace may not be.
    pub sees_all: bool,
    /// What could not be looked at, a sentence each.
    pub problems: Vec<String>,
    /// The programs' clock, by the calendar.
    pub clock: Clock,
}

/// Looks around: into a pin folder, unless there is to be none, and at the processes that agents may have.
pub(super) fn look(found: &[Found], namespace: Namespace, pin_dir: Option<&Path>) -> Around {
    let mut problems = Vec::new();
    let pins = pin_dir.map(look_at_pins).transpose().unwrap_or_else(|error| {
        problems.push(error.to_string());
        None
    });
    let (pins, sees_all) = (pins.flatten(), holders::are_all_seen());
    let clock = Clock::now();
    let mut around = Around { namespace, pins, sees_all, problems, clock, ..Around::default() };
    // Every descriptor of the machine is looked at: only for those whose process is not known yet.
    let unknown =
        found.iter().filter(|agent| around.pins_of(agent).is_none_or(|pins| pins.process.is_none()));
    let programs: Vec<_> = unknown.flat_map(|agent| &agent.programs).map(|program| program.id).collect();
    around.holders = holders::of(&programs);
    let mut ids: Vec<_> = around.holders.iter().map(|holder| holder.process).collect();
    ids.extend(around.pins.as_ref().and_then(|pins| pins.process));
    ids.sort_unstable();
    ids.dedup();
    around.processes = ids.into_iter().filter_map(ProcessReport::of).collect();
    around
}

impl Around {
    /// The pins, if an agent's are among them.
    pub(super) fn pins_of(&self, agent: &Found) -> Option<&SeenPins> {
        self.pins.as_ref().filter(|pins| pins.maps.iter().any(|map| agent.map_ids.contains(map)))
    }

    /// The processes that may be an agent's: who holds its folder, or else who holds its programs.
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
