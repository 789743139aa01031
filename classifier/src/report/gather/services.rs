// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gathers the observed protocols by direction, with their peers.

use std::collections::BTreeSet;

use classifier_common::{
    abi::Direction, connection::row, evidence::ConnectionOutcome, ports, protocol::Protocol,
};

use super::{Both, Gathered, Origin, of_class};
use crate::{
    evidence::{Evidence, Opened, Prefix, SeenEvidence},
    report::traffic::{Finding, Outcome, Peer, Peers, PortRange, Service, Span, Transport},
};

/// Lists the services with at least one packet or connection.
pub(super) fn of(gathered: &Gathered<'_>, counted: &Both) -> Vec<Service> {
    let protocols = gathered.names.all().filter(|(protocol, _)| protocol.has_server());
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

/// Returns the transports of a protocol, from the port table; TCP if it is not in the table, like FTP data.
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

/// Tells whether a service can have this direction: a capture has only one.
fn is_told(origin: Origin, protocol: Protocol, direction: Opened) -> bool {
    let here = if protocol == Protocol::FTP_DATA_ACTIVE { Opened::Outbound } else { Opened::Inbound };
    origin == Origin::Hooks || direction == here
}

/// Counts packets from the client's side, and from the server's. In active mode the FTP server opens the
/// connection.
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

/// Gathers the connections by outcome. Only TCP has connections.
fn findings(
    gathered: &Gathered<'_>,
    protocol: Protocol,
    label: &str,
    direction: Opened,
    transport: ports::Transport,
) -> Vec<Finding> {
    let counted =
        if transport == ports::Transport::Tcp { connections(gathered, protocol, direction) } else { [0; 4] };
    // A capture knows the initiators: in active mode the initiator is this host.
    let knows_peers = gathered.origin == Origin::Hooks || protocol != Protocol::FTP_DATA_ACTIVE;
    let of_seen = |seen: &SeenEvidence| peers_of_finding(gathered.evidence, seen);
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
                server_ports: seen.map(|seen| PortRange { low: seen.lowest_port, high: seen.highest_port }),
                peers: seen.filter(|_| knows_peers).map(of_seen).unwrap_or_default(),
            }
        })
        .collect()
}

/// Counts connections by outcome. Without egress, answers are not seen, and an outcome is no evidence.
fn connections(
    gathered: &Gathered<'_>,
    protocol: Protocol,
    direction: Opened,
) -> [u64; ConnectionOutcome::ALL.len()] {
    let mut sums = [0; ConnectionOutcome::ALL.len()];
    for interface in gathered.interfaces {
        let opened =
            match (gathered.origin, interface.side(Direction::Ingress), interface.side(Direction::Egress)) {
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

/// Returns the peers of connections with one outcome.
fn peers_of_finding(evidence: &Evidence, seen: &SeenEvidence) -> Peers {
    let of_finding = evidence.sources.iter().filter(|source| {
        (source.direction, source.outcome, &source.protocol) == (seen.direction, seen.outcome, &seen.protocol)
    });
    let peers = of_finding.map(|source| peer(source.prefix, source.count, source.overcount));
    let unlisted = evidence.unlisted.iter().filter(|one| one.outcome == seen.outcome);
    split(peers, unlisted.map(|one| one.at_most).sum::<u64>() == 0)
}

/// Returns the hosts that sent ICMP redirects, or got them.
pub(super) fn senders_of_redirects(evidence: &Evidence, direction: Opened, protocol: &str) -> Peers {
    let senders = evidence
        .redirects
        .iter()
        .filter(|one| (one.direction, one.protocol.as_str()) == (direction, protocol));
    split(senders.map(|one| peer(one.prefix, one.count, one.overcount)), true)
}

const fn peer(prefix: Prefix, connections: u64, overcount: u64) -> Peer {
    Peer { prefix, connections, overcount }
}

fn split(peers: impl Iterator<Item = Peer>, all: bool) -> Peers {
    let (hosts, networks): (Vec<_>, Vec<_>) = peers.partition(|peer| peer.prefix.is_host());
    let all = |listed: &[Peer]| all && !listed.is_empty();
    Peers { all_hosts: all(&hosts), all_networks: all(&networks), hosts, networks }
}
