// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Report data from counters and evidence.

use classifier::{
    datapath::KnownPort,
    evidence::{Evidence, Moment, Opened, SeenEvidence, SourceEvidence, Unlisted},
    protocol_names::ProtocolNames,
    report::{
        advice::{Admits, Advice, Basis, Options, Rule},
        gather::{Gathered, Origin},
        traffic::{PortRange, Traffic, Transport},
    },
    snapshot::InterfaceSnapshot,
};
use classifier_common::{
    connection::row,
    control::{TALLIES, Tally},
    counter::Counters,
    evidence::ConnectionOutcome,
    ports,
    protocol::Protocol,
};

fn counters(packets: &[(Protocol, [u64; 2])], established: &[(Protocol, u64)]) -> Box<Counters> {
    let mut counters = Box::new(Counters::new(1, 0));
    for (protocol, [to_server, from_server]) in packets {
        counters.classes[protocol.to_server().index()].packets = *to_server;
        counters.classes[protocol.from_server().index()].packets = *from_server;
    }
    for (protocol, count) in established {
        counters.connections[row(*protocol).expect("it has a server")].outcomes[0] = *count;
    }
    counters
}

fn interface(received: Box<Counters>, sent: Option<Box<Counters>>) -> InterfaceSnapshot {
    InterfaceSnapshot {
        name: "eth0".into(),
        ingress: "tcx",
        egress: if sent.is_some() { "tcx" } else { "none" },
        counters: [Some(received), sent],
    }
}

fn evidence() -> Evidence {
    let moment: Moment = "2026-11-28T12:00:00Z".parse().expect("a moment");
    let seen = SeenEvidence {
        direction: Opened::Inbound,
        protocol: "smtp".into(),
        outcome: ConnectionOutcome::Established,
        connections: 3,
        first_seen: moment,
        last_seen: moment,
        lowest_port: 25,
        highest_port: 25,
    };
    let source = |prefix: &str, count| SourceEvidence {
        direction: Opened::Inbound,
        protocol: "smtp".into(),
        outcome: ConnectionOutcome::Established,
        prefix: prefix.parse().expect("a prefix"),
        count,
        overcount: 0,
        first_seen: moment,
        last_seen: moment,
    };
    Evidence {
        seen: vec![seen],
        sources: vec![source("192.0.2.7/32", 3), source("192.0.2.0/24", 3)],
        unlisted: vec![Unlisted { outcome: ConnectionOutcome::Established, at_most: 0 }],
        ..Evidence::default()
    }
}

fn gathered(origin: Origin, interfaces: &[InterfaceSnapshot]) -> Traffic {
    gathered_of(origin, interfaces, 25, &evidence())
}

/// Gathers traffic with another port of SMTP, and other evidence.
fn gathered_of(origin: Origin, interfaces: &[InterfaceSnapshot], smtp: u16, evidence: &Evidence) -> Traffic {
    let known = |port, protocol| KnownPort { transport: ports::Transport::Tcp, port, protocol };
    let ports = [known(smtp, Protocol::SMTP), known(20, Protocol::FTP_DATA_ACTIVE)];
    let mut tallies = [0; TALLIES];
    tallies[Tally::RejectedForeignAddress as usize] = 2;
    tallies[Tally::SegmentsLost as usize] = 5;
    let names = ProtocolNames::default();
    Gathered {
        origin,
        interfaces,
        names: &names,
        ports: &ports,
        evidence,
        tallies: &tallies,
        unattributed: 0,
    }
    .traffic()
}

fn keys(traffic: &Traffic) -> Vec<(Opened, &str, u64, u64, u64)> {
    let services = traffic.services.iter();
    services
        .map(|one| {
            let total = one.connections().total();
            (one.direction, one.protocol.as_str(), one.packets_asking, one.packets_answering, total)
        })
        .collect()
}

#[test]
fn hooks_tell_who_connects_and_in_active_mode_the_ftp_server_does() {
    let received =
        counters(&[(Protocol::SMTP, [10, 0]), (Protocol::FTP_DATA_ACTIVE, [4, 0])], &[(Protocol::SMTP, 3)]);
    let sent = counters(
        &[(Protocol::SMTP, [0, 9]), (Protocol::FTP_DATA_ACTIVE, [0, 5]), (Protocol::NON_IP, [2, 0])],
        &[(Protocol::FTP_DATA_ACTIVE, 1)],
    );
    let traffic = gathered(Origin::Hooks, &[interface(received, Some(sent))]);
    let expected = [(Opened::Outbound, "ftp_data_active", 5, 4, 1), (Opened::Inbound, "smtp", 10, 9, 3)];
    assert_eq!(keys(&traffic), expected);
    let smtp = &traffic.services[1];
    assert_eq!((smtp.transport, &smtp.ports[..]), (Transport::TCP, &[25][..]));
    let finding = smtp.established().expect("it was");
    assert_eq!(finding.server_ports, Some(PortRange::one(25)));
    assert_eq!((finding.peers.hosts.len(), finding.peers.networks.len()), (1, 1));
    assert!(finding.peers.all_hosts && finding.peers.all_networks && traffic.sees_egress);
    assert_eq!(traffic.ftp.bounce_attempts, 2);
    let losses: Vec<_> = traffic.losses.iter().map(|loss| (loss.count, loss.what.as_str())).collect();
    assert_eq!(losses, [(5, "FTP control segments were lost on the way to the agent")]);
    let others: Vec<_> = traffic.others.iter().map(|one| (one.protocol.as_str(), one.sent)).collect();
    assert_eq!(others, [("non_ip", 2)]);
}

/// Without egress, unseen answers do not mean that there were none.
#[test]
fn where_nothing_that_is_sent_is_seen_connections_are_no_evidence() {
    let received = counters(&[(Protocol::SMTP, [10, 0])], &[(Protocol::SMTP, 3)]);
    let traffic = gathered(Origin::Hooks, &[interface(received, None)]);
    assert_eq!(keys(&traffic), [(Opened::Inbound, "smtp", 10, 0, 0)]);
    assert!(!traffic.sees_egress);
}

/// Ports between two former ports of a protocol belong to others.
#[test]
fn a_rule_opens_no_range_between_ports_that_the_table_has_no_more() {
    for (highest, rules) in [(25, vec![Admits::To(vec![PortRange::one(25)])]), (2525, vec![])] {
        let counted = || counters(&[(Protocol::SMTP, [10, 9])], &[(Protocol::SMTP, 3)]);
        let mut evidence = evidence();
        evidence.seen[0].highest_port = highest;
        let interfaces = [interface(counted(), Some(counted()))];
        let traffic = gathered_of(Origin::Hooks, &interfaces, 9090, &evidence);
        let advice = Advice::of(&traffic, &Options::default());
        let is_observed = |rule: &&Rule| (rule.basis, rule.direction) == (Basis::Observed, Opened::Inbound);
        let inbound = advice.rules.iter().filter(is_observed);
        assert_eq!(inbound.map(|rule| rule.admits.clone()).collect::<Vec<_>>(), rules, "25 to {highest}");
        let reasons: Vec<_> = advice.not_allowed.iter().map(|one| one.reason).collect();
        assert_eq!(reasons.iter().filter(|reason| reason.contains("several ports")).count(), 1 - rules.len());
    }
}

#[test]
fn on_a_wire_whoever_is_connected_to_is_this_host() {
    let packets = [(Protocol::SMTP, [10, 9]), (Protocol::FTP_DATA_ACTIVE, [4, 5])];
    let all = counters(&packets, &[(Protocol::SMTP, 3), (Protocol::FTP_DATA_ACTIVE, 1)]);
    let traffic = gathered(Origin::Wire, &[interface(all, None)]);
    let expected = [(Opened::Outbound, "ftp_data_active", 5, 4, 1), (Opened::Inbound, "smtp", 10, 9, 3)];
    assert_eq!(keys(&traffic), expected);
}
