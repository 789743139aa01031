//! Protocols that were spoken, by who dialled.

use std::collections::BTreeSet;

use classifier_common::{
    connection::row,
    evidence::ConnectionOutcome,
    ports,
    protocol::{Protocol, Sides},
};

use super::{
    Gathered, Origin, hosts,
    packets::{Both, of_class},
};
use crate::{
    evidence::{Opened, SeenEvidence},
    report::traffic::{Finding, Outcome, PortRange, Service, Span, Transport},
};

/// Those of which there was a packet or a connection.
pub(super) fn of(gathered: &Gathered<'_>, counted: &Both) -> Vec<Service> {
    let fixed = Protocol::FIXED.iter().filter(|(_, _, sides)| *sides == Sides::Server);
    let fixed = fixed.map(|(protocol, label, _)| (*protocol, *label));
    let protocols = fixed.chain(gathered.names.iter());
    let services = protocols.flat_map(|(protocol, label)| {
        let transports = transports(gathered, protocol);
        Opened::ALL.into_iter().flat_map(move |direction| {
            let transports = transports.clone();
            transports.into_iter().map(move |transport| (protocol, label, direction, transport))
        })
    });
    services
        .filter(|(protocol, _, direction, _)| is_told(gathered.origin, *protocol, *direction))
        .map(|(protocol, label, direction, transport)| {
            let [asking, answering] = packets(gathered.origin, counted, protocol, direction);
            Service {
                direction,
                protocol: label.to_owned(),
                transport: Transport(transport),
                ports: ports_of(gathered, protocol, transport),
                findings: findings(gathered, protocol, label, direction, transport),
                packets_asking: asking,
                packets_answering: answering,
            }
        })
        .filter(|one| one.packets_asking + one.packets_answering > 0 || !one.findings.is_empty())
        .collect()
}

/// What carries a protocol: by the port table; what is not in it, as FTP's data, is TCP's.
fn transports(gathered: &Gathered<'_>, protocol: Protocol) -> BTreeSet<ports::Transport> {
    let known = gathered.ports.iter().filter(|one| one.protocol == protocol).map(|one| one.transport);
    let mut transports: BTreeSet<_> = known.collect();
    if transports.is_empty() {
        transports.insert(ports::Transport::Tcp);
    }
    transports
}

fn ports_of(gathered: &Gathered<'_>, protocol: Protocol, transport: ports::Transport) -> Vec<u16> {
    let known = gathered.ports.iter().filter(|one| (one.protocol, one.transport) == (protocol, transport));
    let mut ports: Vec<_> = known.map(|one| one.port).collect();
    ports.sort_unstable();
    ports
}

/// Who is taken to dial: of what stands on a wire, one direction alone.
fn is_told(origin: Origin, protocol: Protocol, direction: Opened) -> bool {
    let here = if protocol == Protocol::FTP_DATA_ACTIVE { Opened::Outbound } else { Opened::Inbound };
    origin == Origin::Hooks || direction == here
}

/// Packets from the side that dials, and from the other. In active mode the FTP server dials.
fn packets(origin: Origin, counted: &Both, protocol: Protocol, direction: Opened) -> [u64; 2] {
    let (asking, answering) = match (origin, direction) {
        (Origin::Wire, _) => (&counted.received, &counted.received),
        (Origin::Hooks, Opened::Inbound) => (&counted.received, &counted.sent),
        (Origin::Hooks, Opened::Outbound) => (&counted.sent, &counted.received),
    };
    let classes = [protocol.to_server(), protocol.from_server()];
    let [asked, answered] =
        if protocol == Protocol::FTP_DATA_ACTIVE { [classes[1], classes[0]] } else { classes };
    [of_class(asking, asked), of_class(answering, answered)]
}

/// Connections are TCP's alone.
fn findings(
    gathered: &Gathered<'_>,
    protocol: Protocol,
    label: &str,
    direction: Opened,
    transport: ports::Transport,
) -> Vec<Finding> {
    let counted =
        if transport == ports::Transport::Tcp { connections(gathered, protocol, direction) } else { [0; 4] };
    // Who dials is kept of what stands on a wire: in active mode that is this host.
    let knows_peers = gathered.origin == Origin::Hooks || protocol != Protocol::FTP_DATA_ACTIVE;
    let of_seen = |seen: &SeenEvidence| hosts::of_finding(gathered.evidence, seen);
    let outcomes =
        ConnectionOutcome::ALL.into_iter().zip(counted).filter(|(_, connections)| *connections > 0);
    outcomes
        .map(|(outcome, connections)| {
            let of_finding = |seen: &&SeenEvidence| {
                let is_there = gathered.origin == Origin::Wire || seen.direction == direction;
                is_there && (seen.outcome, seen.protocol.as_str()) == (outcome, label)
            };
            let seen = gathered.evidence.seen.iter().find(of_finding);
            Finding {
                outcome: Outcome(outcome),
                connections,
                seen: seen.map(|seen| Span { first: seen.first_seen, last: seen.last_seen }),
                dialled: seen.map(|seen| PortRange { low: seen.lowest_port, high: seen.highest_port }),
                peers: seen.filter(|_| knows_peers).map(of_seen).unwrap_or_default(),
            }
        })
        .collect()
}

/// By outcome. Where answers are not seen, a connection is no evidence of anything.
fn connections(
    gathered: &Gathered<'_>,
    protocol: Protocol,
    direction: Opened,
) -> [u64; ConnectionOutcome::ALL.len()] {
    let mut sums = [0; ConnectionOutcome::ALL.len()];
    for interface in gathered.interfaces {
        let opened = match (gathered.origin, &interface.ingress_counters, &interface.egress_counters) {
            (Origin::Wire, Some(all), _) => all,
            (Origin::Hooks, Some(received), Some(_)) if direction == Opened::Inbound => received,
            (Origin::Hooks, Some(_), Some(sent)) => sent,
            _ => continue,
        };
        let counted = row(protocol).and_then(|row| opened.connections.get(row));
        for (sum, count) in sums.iter_mut().zip(counted.map(|counted| counted.outcomes).unwrap_or_default()) {
            *sum += count;
        }
    }
    sums
}
