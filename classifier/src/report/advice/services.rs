//! Which services are to pass, and by which rules.

use serde::Serialize;

use super::{Admits, Options, Rule, SourceChoice, comment, ftp_data, restriction};
use crate::report::traffic::{Opened, Service, Traffic, Transport};

/// A service that was seen and is not to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotAllowed {
    /// Who dialled.
    pub direction: Opened,
    /// Label of the protocol.
    pub protocol: String,
    /// What carries it.
    pub transport: Transport,
    /// Why not.
    pub reason: &'static str,
}

/// Tells those that are to pass from those that are not.
pub(super) fn judge(traffic: &Traffic) -> (Vec<&Service>, Vec<NotAllowed>) {
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

/// Why a service is not to pass.
fn objection(service: &Service, sees_both_ways: bool) -> Option<&'static str> {
    let connections = service.connections();
    // Connections from before the counting have no outcome, datagrams never: there packets both ways must do.
    let answered = service.packets_answering > 0 || !sees_both_ways;
    if connections.established > 0 || connections.total() == 0 && service.packets_asking > 0 && answered {
        return None;
    }
    Some(match (connections.refused, connections.rejected, connections.unanswered) {
        (0, 0, 0) => "never answered",
        (_, 0, 0) => "every connection was refused: nobody listens",
        (0, _, 0) => "every connection was rejected: a firewall says no",
        (0, 0, _) => "no connection was answered: something drops them",
        _ => "no connection came about",
    })
}

/// The rules for those that are to pass.
pub(super) fn rules(allowed: &[&Service], traffic: &Traffic, options: &Options) -> Vec<Rule> {
    let helped = |service: &Service| ftp_data::by_helper(service, allowed, traffic, options.ftp_data);
    let is_read =
        |control: &Service| allowed.iter().any(|data| ftp_data::announces(control, data) && helped(data));
    let rule = |service: &&Service| {
        let admits = match ftp_data::admits(service, helped(service)) {
            Some(data) => data,
            None => Admits::To(service.ports_used()),
        };
        // The helper knows better whose connections it expects.
        let choice = if admits == Admits::Expected { SourceChoice::Any } else { options.sources };
        Rule {
            counter: Rule::counter(service.direction, service.transport, &service.protocol),
            direction: service.direction,
            protocol: service.protocol.clone(),
            transport: service.transport,
            peers: restriction::peers(service.established(), choice),
            is_read_by_helper: is_read(service),
            evidence: comment::of(service),
            admits,
        }
    };
    let has_ports = |rule: &Rule| !matches!(&rule.admits, Admits::To(ports) if ports.is_empty());
    allowed.iter().map(rule).filter(has_ports).collect()
}
