// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Real services, some open, some refused, some dropped by nft, some rejected with ICMP: every connection has
//! the outcome that a capture shows.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

use testbed::{
    Agent,
    servers::{Dovecot, Ftp, Postfix},
};

use crate::{
    captured,
    connecting::connect_times,
    scene::{DROPPED, REFUSED, REJECTED, Scene, by_host, outcomes},
};

/// Connections of each outcome, half of them in either family.
const EACH: usize = 1000;

/// Time limit of the programs for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

fn name(port: u16) -> &'static str {
    match port {
        21 => "ftp_control",
        25 => "smtp",
        110 => "pop3",
        143 => "imap",
        REFUSED => "refused",
        DROPPED => "dropped",
        REJECTED => "rejected",
        port => panic!("no service at {port}"),
    }
}

/// Connects to mail servers, which start a process for each connection. An overloaded one drops a SYN, which
/// the capture shows.
fn connect_to_services(scene: &Scene, to: &[IpAddr]) {
    for (port, count) in [(21, EACH), (25, 100), (110, 40), (143, 40)] {
        connect_times(&scene.client, to, port, count, Duration::from_secs(5));
    }
}

/// Connects to the other ports. An error that arrives while `connect` still holds its socket does not end it
/// (`tcp_v4_err`): its SYN is repeated after a second. Few such connections are made, as few as without an
/// answer; each is one connection all the same.
fn connect_to_others(scene: &Scene, to: &[IpAddr]) {
    let (soon, patient) = (Duration::from_millis(20), Duration::from_secs(4));
    connect_times(&scene.client, to, REFUSED, EACH, patient);
    for port in [REJECTED, DROPPED] {
        connect_times(&scene.client, to, port, EACH, soon);
        connect_times(&scene.client, to, port, 8, patient);
    }
}

#[test]
fn every_connection_lands_in_the_outcome_that_a_capture_shows() {
    let scene = Scene::new();
    let postfix = Postfix::start(&scene.server);
    let _others = (Dovecot::start(&scene.server, &postfix.mailboxes()), Ftp::vsftpd(&scene.server));
    scene.firewall();
    let agents = scene.agents();
    let filter = "tcp[13] & 6 != 0 or icmp or icmp6 or (ip6 and ip6[6] == 6)";
    let capture = scene.server.capture(&scene.at_server.name, &["-s", "128", filter]);
    let to: [IpAddr; 2] = [scene.at_server.v4.into(), scene.at_server.v6.into()];
    connect_to_services(&scene, &to);
    connect_to_others(&scene, &to);
    let over = Instant::now() + TIMEOUT;

    let packets = capture.stop();
    let captured = captured::outcomes(&packets);
    let mut expected: BTreeMap<_, _> = BTreeMap::new();
    for ((port, outcome), count) in &captured {
        expected.insert(format!("{} {outcome}", name(*port)), *count);
    }
    let of = |outcome| {
        captured.iter().filter(|((_, one), _)| *one == outcome).map(|(_, count)| count).sum::<u64>()
    };
    for outcome in ["established", "refused", "rejected", "unanswered"] {
        assert!(of(outcome) >= EACH as u64, "{captured:?}");
    }
    thread::sleep(over.saturating_duration_since(Instant::now()) + Duration::from_millis(200));
    let found = |agent: &Agent, direction| -> BTreeMap<_, _> {
        outcomes(&agent.metrics(), direction).into_iter().collect()
    };
    assert_eq!(found(&agents[1], "ingress"), expected);
    assert_eq!(found(&agents[0], "egress"), expected);
    let hosts = |agent: &Agent, direction| by_host(&agent.metrics(), direction).into_iter().collect();
    let (received, sent): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (hosts(&agents[1], "ingress"), hosts(&agents[0], "egress"));
    assert_eq!((&received, &sent), (&expected, &expected));
    assert!(
        agents.iter().all(|agent| agent.metrics().sum("classifier_source_connections_overcount", &[]) == 0)
    );
    for (agent, other) in agents.iter().zip(["ingress", "egress"]) {
        assert_eq!(found(agent, other), BTreeMap::new());
        let samples = agent.metrics();
        assert_eq!(samples.sum("classifier_tcp_handshakes_evicted_total", &[]), 0);
        assert_eq!(samples.sum("classifier_tcp_handshake_duration_seconds_count", &[]), of("established"));
    }
}
