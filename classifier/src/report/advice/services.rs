// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decides which services pass, and by which rules.

use serde::Serialize;

use super::{
    Admits, Basis, Options, Rule, SourceChoice, ftp_data,
    rule::{evidence, peers},
};
use crate::report::traffic::{Opened, PortRange, Service, SocketsSeen, Traffic, Transport};

/// An observed service that should not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotAllowed {
    /// Direction in which its connections were opened.
    pub direction: Opened,
    /// Label of the protocol.
    pub protocol: String,
    /// Transport of the service.
    pub transport: Transport,
    /// Reason against the service.
    pub reason: &'static str,
}

/// Splits the services into those that should pass and those that should not.
pub(super) fn split(traffic: &Traffic) -> (Vec<&Service>, Vec<NotAllowed>) {
    let mut allowed = Vec::new();
    let mut not_allowed = Vec::new();
    for service in &traffic.services {
        match objection(service, traffic.sees_egress) {
            None => allowed.push(service),
            Some(reason) => not_allowed.push(NotAllowed {
                direction: service.direction,
                protocol: service.protocol.clone(),
                transport: service.transport,
                reason,
            }),
        }
    }
    (allowed, not_allowed)
}

/// Returns the reason against a service, if there is one.
fn objection(service: &Service, sees_both_ways: bool) -> Option<&'static str> {
    let connections = service.connections();
    let server_ports = service.established().and_then(|finding| finding.server_ports);
    if server_ports.is_some() && !service.is_ftp_data() && service.ports_used().is_empty() {
        return Some("its connections used several ports, and the configuration gives it none of them now");
    }
    // Connections from before the counting have no outcome, and datagrams never have one: packets in both
    // directions must do.
    let answered = service.packets_answering > 0 || !sees_both_ways;
    if connections.established > 0 || connections.total() == 0 && service.packets_asking > 0 && answered {
        return None;
    }
    Some(match (connections.refused, connections.rejected, connections.unanswered) {
        (0, 0, 0) => "never answered",
        (_, 0, 0) => "every connection was refused: no process listens",
        (0, _, 0) => "every connection was rejected by a firewall",
        (0, 0, _) => "no connection was answered: a firewall drops them, or the host is down",
        _ => "no connection was established",
    })
}

/// Returns the ports of a rule. Only the lowest and the highest used port are known of a service with several: one
/// between them must have a listener, where listeners are known.
fn ports(service: &Service, sockets: &SocketsSeen) -> Vec<PortRange> {
    let mut ports = service.ports_used();
    let used = service.established().and_then(|finding| finding.server_ports);
    if let (Opened::Inbound, Some(used), Some(_)) = (service.direction, used, sockets.known()) {
        let is_used = |port: u16| port == used.low || port == used.high;
        ports.retain(|range| is_used(range.low) || sockets.on(service.transport, range.low).is_some());
    }
    ports
}

/// Returns the rules for the allowed services.
pub(super) fn rules(allowed: &[&Service], traffic: &Traffic, options: &Options) -> Vec<Rule> {
    let helped = |service: &Service| ftp_data::by_helper(service, allowed, traffic, options.ftp_data);
    let is_read =
        |control: &Service| allowed.iter().any(|data| ftp_data::announces(control, data) && helped(data));
    let rule = |service: &&Service| {
        let admits = match ftp_data::admits(service, helped(service)) {
            Some(data) => data,
            None => Admits::To(ports(service, &traffic.sockets)),
        };
        // The helper itself restricts the peers of the connections that it expects.
        let choice = if admits == Admits::Expected { SourceChoice::Any } else { options.sources };
        Rule {
            counter: Rule::counter(service.direction, service.transport, &service.protocol),
            direction: service.direction,
            protocol: service.protocol.clone(),
            basis: Basis::Observed,
            transport: service.transport,
            peers: peers(service.established(), choice),
            is_read_by_helper: is_read(service),
            evidence: evidence(service, &traffic.sockets),
            admits,
        }
    };
    let has_ports = |rule: &Rule| !matches!(&rule.admits, Admits::To(ports) if ports.is_empty());
    allowed.iter().map(rule).filter(has_ports).collect()
}
