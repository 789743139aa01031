//! What was seen. The fields are the keys of the JSON, in their order: a promise, to which more may be added.

use std::path::PathBuf;

use serde::Serialize;

use super::{Around, EndpointReport, ProcessReport, SessionReport, attached, problems};
use crate::{
    counters::{MapFill, ProgramSnapshot},
    datapath::Found,
    evidence::Evidence,
};

/// Every agent of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The one that was started first before the others; empty where none is running.
    pub agents: Vec<AgentReport>,
    /// What is wrong with the pin folder, or could not be looked at, a sentence each.
    pub problems: Vec<String>,
}

/// An agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AgentReport {
    /// The interfaces that it counts.
    pub interfaces: Vec<InterfaceReport>,
    /// Its loaded programs.
    pub programs: Vec<ProgramReport>,
    /// How full its maps are.
    pub maps: Vec<MapFill>,
    /// The control connections that it follows, the oldest first.
    pub sessions: Vec<SessionReport>,
    /// The data ports that it knows, the one that has been longest in its state first.
    pub endpoints: Vec<EndpointReport>,
    /// What is wrong, or could not be read, a sentence each.
    pub problems: Vec<String>,
    /// Where it is pinned; `null` where not in the folder that was looked into.
    pub pins: Option<PinsReport>,
    /// Its process; `null` where it has none, none is seen, or several hold its programs.
    pub process: Option<ProcessReport>,
    /// Packets that crossed a hook on an interface without counters; `null` where that cannot be read.
    pub unattributed_packets: Option<u64>,
    /// Whom connections were with, and when; `null` where that cannot be read.
    pub evidence: Option<Evidence>,
}

/// Where an agent is pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PinsReport {
    /// The folder.
    pub folder: PathBuf,
    /// The process that holds it; `null` where none does, or none is seen.
    pub process: Option<u32>,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceReport {
    /// Its index, in its network namespace.
    pub index: u32,
    /// Its name; `null` where it is in another network namespace than this process.
    pub name: Option<String>,
    /// `xdp_native`, `xdp_generic`, `tcx`, `tc` or `none`; from another network namespace also `xdp` or, before
    /// Linux 6.6, `unknown`.
    pub ingress: &'static str,
    /// `tcx`, `tc` or `none`; from another network namespace, before Linux 6.6, `unknown`.
    pub egress: &'static str,
}

/// A loaded program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgramReport {
    /// Its name.
    pub name: &'static str,
    /// The kernel's number for it.
    pub id: u32,
    /// Hash over its instructions, in hexadecimal.
    pub tag: String,
    /// The hook that it is for: `xdp`, `tc_ingress` or `tc_egress`.
    pub hook: &'static str,
}

impl Report {
    /// What was found, and what is around it, at a moment of the kernel's clock.
    #[must_use]
    pub fn of(found: Vec<Found>, around: &Around, now: u64) -> Self {
        let mut problems = around.problems.clone();
        problems.extend(around.pins.iter().flat_map(|pins| problems::of_folder(pins, &found)));
        Self {
            agents: found.into_iter().map(|agent| AgentReport::of(agent, around, now)).collect(),
            problems,
        }
    }
}

impl AgentReport {
    fn of(mut found: Found, around: &Around, now: u64) -> Self {
        // Those that have ended are kept for a while, so that nothing but a handshake begins them anew.
        found.sessions.retain(|(_, session)| !session.has_ended());
        found.sessions.sort_by_key(|(key, session)| (session.since, *key));
        found.endpoints.sort_by_key(|endpoint| (endpoint.since, endpoint.address, endpoint.word.bits()));
        let processes = around.processes_of(&found);
        let process = if let [one] = processes[..] { Some(one) } else { None };
        let is_here = process.and_then(|process| process.is_here).unwrap_or_default();
        let interfaces = attached::interfaces(&found, &around.namespace, is_here);
        let pins = around.pins_of(&found);
        let names = pins.map(|pins| pins.names.clone()).unwrap_or_default();
        Self {
            problems: problems::of_agent(&found, around, &interfaces, &processes),
            pins: pins.map(|pins| PinsReport { folder: pins.folder.clone(), process: pins.process }),
            process: process.cloned(),
            unattributed_packets: found.unattributed,
            evidence: found.sources.map(|sums| sums.evidence(&names, around.clock)),
            interfaces,
            programs: found.programs.into_iter().map(program).collect(),
            maps: found.maps,
            sessions: found.sessions.iter().map(|(key, one)| SessionReport::of(key, one, now)).collect(),
            endpoints: found.endpoints.iter().map(|one| EndpointReport::of(one, now)).collect(),
        }
    }
}

fn program(ProgramSnapshot { program, id, tag, hook, .. }: ProgramSnapshot) -> ProgramReport {
    ProgramReport { name: program, id, tag, hook }
}
