// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP ports without a protocol: observed with `[evidence] udp`, and opened where they are answered and listen.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    time::Duration,
};

use serde_json::Value;
use testbed::Host;

use crate::scene::Scene;

/// Requests of each IP version, each by a socket of its own.
const REQUESTS: u64 = 20;

/// A server that answers, one that only receives, and a port without a socket.
const ECHO: u16 = 9999;
const LOG: u16 = 5140;
const NOBODY: u16 = 6000;
/// Server on the other host.
const THERE: u16 = 4444;

fn bind(host: &Host, at: IpAddr, port: u16) -> UdpSocket {
    let socket = host.enter(|| UdpSocket::bind((at, port)).expect("a free port"));
    socket.set_read_timeout(Some(Duration::from_secs(2))).expect("a time");
    socket
}

/// Sends a request from a new port, and returns whether `server` has received it and its answer came back.
fn asks(from: &Host, to: IpAddr, server: &UdpSocket) -> bool {
    let any: SocketAddr = if to.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
    let client = bind(from, any.ip(), 0);
    client.send_to(b"?", (to, server.local_addr().expect("an address").port())).expect("it is sent");
    let mut received = [0; 1];
    let Ok((_, asking)) = server.recv_from(&mut received) else { return false };
    server.send_to(b"!", asking).expect("it is sent");
    client.recv_from(&mut received).is_ok()
}

fn send(from: &Host, to: IpAddr, port: u16) {
    let any: SocketAddr = if to.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
    bind(from, any.ip(), 0).send_to(b"!", (to, port)).expect("it is sent");
}

/// Direction, port, and flows that were answered and not, of the UDP services of a report.
fn listed(report: &Value) -> Vec<(String, u64, u64, u64)> {
    let listed = report["traffic"]["other_services"]["listed"].as_array().expect("a list");
    let udp = listed.iter().filter(|one| one["transport"] == "udp");
    let rows = udp.map(|one| {
        let count = |outcome: &str| {
            assert_eq!(one["overcounts"][outcome], 0, "{one}");
            one["connections"][outcome].as_u64().expect("a number")
        };
        assert_eq!((count("refused"), count("rejected")), (0, 0));
        let direction = one["direction"].as_str().expect("text").to_owned();
        (direction, one["port"].as_u64().expect("a port"), count("established"), count("unanswered"))
    });
    rows.collect()
}

#[test]
fn udp_ports_that_answer_are_known_and_opened() {
    let scene = Scene::new();
    let Scene { client, server, .. } = &scene;
    let here = [IpAddr::V4(scene.at_client.v4), IpAddr::V6(scene.at_client.v6)];
    let there = scene.there();
    let echoes = there.map(|at| bind(server, at, ECHO));
    let logs = there.map(|at| bind(server, at, LOG));
    let servers = here.map(|at| bind(client, at, THERE));
    let report = || serde_json::from_str(&scene.report(&["--format", "json"])).expect("JSON");
    let ask_all = || {
        for (at, echo) in there.into_iter().zip(&echoes) {
            assert!((0..REQUESTS).all(|_| asks(client, at, echo)), "{at}");
        }
    };

    // Not without the setting.
    scene.attach();
    ask_all();
    assert_eq!(listed(&report()), []);

    let config = scene.keep("classifier.toml", "[evidence]\nudp = true\n");
    scene.attach_with(&["--config", &config]);
    ask_all();
    for (at, here) in there.into_iter().zip(here) {
        for _ in 0..REQUESTS {
            send(client, at, LOG);
            send(client, at, NOBODY);
        }
        let servers = &servers[usize::from(here.is_ipv6())];
        assert!((0..REQUESTS).all(|_| asks(server, here, servers)), "{here}");
    }
    scene.wait_until_quiet();
    let seen: Value = report();
    let all = 2 * REQUESTS;
    let rows = [
        ("inbound", LOG, 0, all),
        ("inbound", NOBODY, 0, all),
        ("inbound", ECHO, all, 0),
        ("outbound", THERE, all, 0),
    ];
    let rows =
        rows.map(|(direction, port, answered, not)| (direction.to_owned(), port.into(), answered, not));
    assert_eq!(listed(&seen), rows);
    let text = scene.report(&[]);
    let warning = "40 flows to udp/5140 were never answered, and it is not allowed";
    assert!(text.contains(warning), "{text}");
    assert!(!text.contains("udp/6000 were never"), "nobody listens there: {text}");

    let ruleset = ["--format", "nft", "--min-observation", "0s", "--output", "closed"];
    let ruleset = scene.report(&ruleset);
    scene.enforce(&ruleset);
    ask_all();
    for (at, servers) in here.into_iter().zip(&servers) {
        assert!(asks(server, at, servers), "{at}: {ruleset}");
    }
    for (at, log) in there.into_iter().zip(&logs) {
        // What came before the ruleset.
        let mut received = [0; 1];
        assert!((0..REQUESTS).all(|_| log.recv_from(&mut received).is_ok()));
        assert!(!asks(client, at, log), "{at}: {ruleset}");
    }
    let opened = scene.report(&["--format", "nft", "--min-observation", "0s", "--allow", "udp/5140"]);
    scene.enforce(&opened);
    for (at, log) in there.into_iter().zip(&logs) {
        assert!(asks(client, at, log), "{at}: {opened}");
    }
    drop(logs);
}
