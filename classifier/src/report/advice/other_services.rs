// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rules for services of which no protocol has the port.

use super::{Admits, Allow, Basis, Options, Output, Rule, rule::LETTERS};
use crate::report::traffic::{Opened, OtherService, PortRange, Traffic, names};

/// Returns a rule for each service with an established connection. An inbound one must listen here, and an outbound
/// one only needs a rule if output is closed. `--allow` has a rule of its own.
pub(super) fn rules(traffic: &Traffic, options: &Options) -> Vec<Rule> {
    let inbound = traffic.other_services.established(Opened::Inbound);
    let inbound = inbound.filter(|one| traffic.sockets.on(one.transport, one.port).is_some());
    let outbound = traffic.other_services.established(Opened::Outbound);
    let outbound = outbound.filter(|_| options.output == Output::Closed);
    let is_allowed = |one: &&OtherService| options.allow.iter().any(|allow| allow.covers(one));
    inbound.chain(outbound).filter(|one| !is_allowed(one)).map(|one| rule(one, traffic)).collect()
}

impl Allow {
    fn covers(self, service: &OtherService) -> bool {
        (self.direction, self.transport) == (service.direction, service.transport)
            && self.ports.contains(service.port)
    }
}

fn rule(service: &OtherService, traffic: &Traffic) -> Rule {
    let OtherService { direction, transport, port, .. } = *service;
    Rule {
        counter: Rule::counter(direction, transport, &port.to_string()),
        direction,
        protocol: String::new(),
        basis: Basis::Observed,
        transport,
        admits: Admits::To(vec![PortRange::one(port)]),
        peers: Vec::new(),
        is_read_by_helper: false,
        evidence: evidence(service, traffic),
    }
}

/// Writes the name of the port, its connections and time span, and the processes that listen.
fn evidence(service: &OtherService, traffic: &Traffic) -> String {
    let OtherService { name, connections, overcounts, seen, .. } = service;
    let mut text = name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
    let at_most = if overcounts.established > 0 { "at most " } else { "" };
    text.extend([format!(
        "{at_most}{} connections established, {} to {}",
        connections.established, seen.first, seen.last
    )]);
    let listening = traffic.sockets.on(service.transport, service.port);
    let listening = listening.filter(|_| service.direction == Opened::Inbound);
    let processes = listening.map(|one| names(&one.processes)).filter(|names| !names.is_empty());
    if let Some(processes) = processes {
        text.extend([", listening: ", &processes]);
    }
    text.truncate(LETTERS);
    text
}
