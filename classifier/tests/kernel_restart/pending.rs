// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pending connections while one agent is killed and the next takes over.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use classifier_common::fixtures::ftp_traces::network::Network;
use testbed::{Agent, FrameSocket, left_behind};

use crate::scene::Scene;

const NETWORK: Network = Network { v6: false, tagged: false };

const SYN: u8 = 0x02;
const SYN_ACK: u8 = 0x12;
const RST_ACK: u8 = 0x14;
const PSH_ACK: u8 = 0x18;

/// Time limit of a SYN's answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Initial sequence numbers of client and server.
const NUMBERS: (u32, u32) = (1_000, 9_000);

/// Builds a packet that the client sends from this port.
fn asks(port: u16, flags: u8, numbers: (u32, u32), text: &[u8]) -> Vec<u8> {
    NETWORK.frame([(1, port), (2, 25)], flags, numbers, text)
}

/// Builds the server's answer to a SYN from this port.
fn answers(port: u16, flags: u8) -> Vec<u8> {
    NETWORK.frame([(2, 25), (1, port)], flags, (NUMBERS.1, NUMBERS.0 + 1), b"")
}

/// Counts connections that were established, refused and unanswered, timed handshakes, and logins in clear
/// text.
fn counted(agent: &Agent) -> [u64; 5] {
    let metrics = agent.metrics();
    let labels = [("direction", "ingress"), ("protocol", "smtp")];
    let of = |outcome| {
        let labels = [&labels[..], &[("outcome", outcome)]].concat();
        metrics.sum("classifier_tcp_connections_total", &labels)
    };
    let all = metrics.sum("classifier_tcp_connections_total", &[]);
    let outcomes = ["established", "refused", "unanswered"].map(of);
    assert_eq!(outcomes.iter().sum::<u64>(), all, "another direction, protocol or outcome");
    let [established, refused, unanswered] = outcomes;
    let timed = metrics.sum("classifier_tcp_handshake_duration_seconds_count", &labels);
    let logins = metrics.sum("classifier_sessions_total", &[("encryption", "clear_login")]);
    [established, refused, unanswered, timed, logins]
}

#[test]
fn a_connection_that_waits_is_counted_once_whoever_is_there_for_its_outcome() {
    let scene = Scene::new();
    let client = FrameSocket::open(&scene.sender, &scene.there);
    let server = FrameSocket::open(&scene.counted, &scene.here);
    let connect = || (1..=5).for_each(|port| client.send(&asks(port, SYN, (NUMBERS.0, 0), b"")).unwrap());

    let first = scene.agent("native");
    connect();
    let begun = Instant::now();
    assert_eq!(counted(&first), [0; 5]);
    first.kill();

    // No agent runs.
    server.send(&answers(1, SYN_ACK)).unwrap();
    let second = scene.agent("native");
    assert_eq!(counted(&second), [1, 0, 0, 1, 0]);

    // The next agent runs; the client sends its SYNs and the server its answer again.
    connect();
    server.send(&answers(1, SYN_ACK)).unwrap();
    server.send(&answers(2, SYN_ACK)).unwrap();
    server.send(&answers(3, RST_ACK)).unwrap();
    assert_eq!(counted(&second), [2, 1, 0, 2, 0]);
    second.kill();

    // One agent sees the begin of a session, and the next its login.
    let numbers = (NUMBERS.0 + 1, NUMBERS.1 + 1);
    client.send(&asks(1, PSH_ACK, numbers, b"AUTH PLAIN AGEAYg==\r\n")).unwrap();
    let third = scene.agent("native");
    client.send(&asks(2, PSH_ACK, numbers, b"AUTH PLAIN AGEAYg==\r\n")).unwrap();
    assert_eq!(counted(&third), [2, 1, 0, 2, 2]);
    third.kill();

    // The time limit passes without an agent.
    sleep((begun + TIMEOUT + Duration::from_millis(500)).saturating_duration_since(Instant::now()));
    let all = [2, 1, 2, 2, 2];
    let fourth = scene.agent("native");
    assert_eq!(counted(&fourth), all);
    // The answer is too late now.
    server.send(&answers(4, SYN_ACK)).unwrap();
    assert_eq!(counted(&fourth), all);
    fourth.leave();
    let fifth = scene.agent("off");
    assert_eq!(counted(&fifth), all);
    fifth.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}
