//! Protocols that were spoken, by who dialled.

use std::collections::BTreeSet;

use classifier_common::{
    ports,
    protocol::{Protocol, Sides},
};

use super::{
    Gathered, hosts,
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
        .map(|(protocol, label, direction, transport)| {
            let [asking, answering] = packets(counted, protocol, direction);
            Service {
                direction,
                protocol: label.to_owned(),
                transport: Transport(transport),
                ports: ports_of(gathered, protocol, transport),
                findings: findings(gathered, label, direction, transport),
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

/// Packets from the side that dials, and from the other. In active mode the FTP server dials.
fn packets(counted: &Both, protocol: Protocol, direction: Opened) -> [u64; 2] {
    let (asking, answering) = match direction {
        Opened::Inbound => (&counted.received, &counted.sent),
        Opened::Outbound => (&counted.sent, &counted.received),
    };
    let classes = [protocol.to_server(), protocol.from_server()];
    let [asked, answered] =
        if protocol == Protocol::FTP_DATA_ACTIVE { [classes[1], classes[0]] } else { classes };
    [of_class(asking, asked), of_class(answering, answered)]
}

/// Connections are TCP's alone.
fn findings(
    gathered: &Gathered<'_>,
    label: &str,
    direction: Opened,
    transport: ports::Transport,
) -> Vec<Finding> {
    let of_service = |seen: &&SeenEvidence| {
        transport == ports::Transport::Tcp && seen.protocol == label && seen.direction == direction
    };
    let seen = gathered.evidence.seen.iter().filter(of_service);
    seen.map(|seen| Finding {
        outcome: Outcome(seen.outcome),
        connections: seen.connections,
        seen: Some(Span { first: seen.first_seen, last: seen.last_seen }),
        dialled: Some(PortRange { low: seen.lowest_port, high: seen.highest_port }),
        peers: hosts::of_finding(gathered.evidence, seen),
    })
    .collect()
}
