// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Composes the report from the found agents and the context on this host.

use super::{AgentReport, HostContext, PinsReport, ProgramReport, Report, attached, listening, problems};
use crate::{
    datapath::Found,
    evidence::Evidence,
    hook,
    snapshot::{EndpointReport, ProgramSnapshot, SessionReport},
};

impl Report {
    /// Composes the report, at a moment of the kernel's clock.
    #[must_use]
    pub fn of(found: Vec<Found>, context: &HostContext, now: u64) -> Self {
        let mut problems = context.problems.clone();
        problems.extend(context.pins.iter().flat_map(|pins| problems::of_folder(pins, &found)));
        Self {
            agents: found.into_iter().map(|agent| AgentReport::of(agent, context, now)).collect(),
            problems,
        }
    }
}

impl AgentReport {
    fn of(mut found: Found, context: &HostContext, now: u64) -> Self {
        // Ended sessions are kept for a while, so that only a handshake begins them again.
        found.sessions.retain(|(_, session)| !session.has_ended());
        found.sessions.sort_by_key(|(key, session)| (session.since, *key));
        found.endpoints.sort_by_key(|endpoint| (endpoint.since, endpoint.address, endpoint.word.bits()));
        let processes = context.processes_of(&found);
        let process = if let [one] = processes[..] { Some(one) } else { None };
        let is_here = process.and_then(|process| process.is_here).unwrap_or_default();
        let interfaces = attached::interfaces(&found, &context.namespace, is_here);
        let pins = context.pins_of(&found);
        let names = pins.map(|pins| pins.names.clone()).unwrap_or_default();
        let evidence = found.sources.as_ref().map(|sums| Evidence::of(sums, &names, context.clock));
        let is_here = interfaces.iter().any(|one| one.name.is_some());
        let sees_answers = interfaces.iter().any(|one| one.egress != hook::NONE);
        let sockets = context.sockets.as_ref().filter(|_| is_here);
        let evidence_here = evidence.as_ref().filter(|_| sees_answers);
        let listening = sockets.map(|sockets| listening::ports(sockets, evidence_here, &found.ports, &names));
        Self {
            problems: problems::of_agent(&found, context, &interfaces, &processes),
            pins: pins.map(|pins| PinsReport { folder: pins.folder.clone(), process: pins.process }),
            process: process.cloned(),
            unattributed_packets: found.unattributed,
            evidence,
            listening,
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
