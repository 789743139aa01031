//! Real services, some open, some refused, some dropped by nft, some rejected with ICMP: every connection lands in the
//! outcome that a capture shows.

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
    dialling::dial,
    scene::{DROPPED, REFUSED, REJECTED, Scene, by_host, outcomes},
};

/// Connections of each outcome, half of them in either family.
const EACH: usize = 1000;

/// What the programs are given for an answer.
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
        port => panic!("nobody dials {port}"),
    }
}

/// Mail servers start a process for each; when they do not keep up, a SYN is dropped, and the capture shows it.
fn dial_services(scene: &Scene, to: &[IpAddr]) {
    for (port, count) in [(21, EACH), (25, 100), (110, 40), (143, 40)] {
        dial(&scene.client, to, port, count, Duration::from_secs(5));
    }
}

/// An error that comes back while `connect` still holds its socket does not end it (`tcp_v4_err`): its SYN comes again after a
/// second. Few wait for that, as few do where nobody answers; each is one connection all the same.
fn dial_others(scene: &Scene, to: &[IpAddr]) {
    let (soon, patient) = (Duration::from_millis(20), Duration::from_secs(4));
    dial(&scene.client, to, REFUSED, EACH, patient);
    for port in [REJECTED, DROPPED] {
        dial(&scene.client, to, port, EACH, soon);
        dial(&scene.client, to, port, 8, patient);
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
    dial_services(&scene, &to);
    dial_others(&scene, &to);
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
    assert_eq!(found(&agents[1], "inbound"), expected);
    assert_eq!(found(&agents[0], "outbound"), expected);
    let hosts = |agent: &Agent, direction| by_host(&agent.metrics(), direction).into_iter().collect();
    let (inbound, outbound): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (hosts(&agents[1], "inbound"), hosts(&agents[0], "outbound"));
    assert_eq!((&inbound, &outbound), (&expected, &expected));
    assert!(agents.iter().all(|agent| agent.metrics().sum("classifier_source_connections_error", &[]) == 0));
    for (agent, other) in agents.iter().zip(["inbound", "outbound"]) {
        assert_eq!(found(agent, other), BTreeMap::new());
        let samples = agent.metrics();
        assert_eq!(samples.sum("classifier_tcp_handshakes_evicted_total", &[]), 0);
        assert_eq!(samples.sum("classifier_tcp_handshake_seconds_count", &[]), of("established"));
    }
}
