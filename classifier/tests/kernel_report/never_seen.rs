// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packets of services that were never observed are dropped, and counted.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    num::NonZeroU32,
    time::Duration,
};

use rustix::net::{self, AddressFamily, SendFlags, SocketType, sendto, socket};
use testbed::Host;

use crate::{
    enforced::{difference, enforced, ours},
    scene::Scene,
};

/// Sends to another port, by another transport, by another protocol of IP, and from the server: nothing
/// passes, and everything is counted.
pub fn never_seen(scene: &Scene) {
    let before = ours(scene);
    let were = enforced(scene);
    for there in scene.there() {
        let listener =
            scene.server.enter(|| TcpListener::bind(SocketAddr::new(there, 8080)).expect("a port"));
        connects(&scene.client, there, 8080, false);
        scene.client.enter(|| {
            let any: SocketAddr = if there.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
            let socket = UdpSocket::bind(any).expect("a socket");
            for _ in 0..5 {
                socket.send_to(b"never seen", (there, 9)).expect("it is sent");
            }
        });
        experiment(&scene.client, there);
        drop(listener);
    }
    for here in [IpAddr::V4(scene.at_client.v4), IpAddr::V6(scene.at_client.v6)] {
        let listener = scene.client.enter(|| TcpListener::bind(SocketAddr::new(here, 8080)).expect("a port"));
        connects(&scene.server, here, 8080, false);
        drop(listener);
    }
    scene.wait_until_quiet();
    let (counted, now) = (difference(&ours(scene), &before), enforced(scene));
    let grown =
        |name: &str| now.get(name).copied().unwrap_or_default() - were.get(name).copied().unwrap_or_default();
    assert_eq!(
        counted["in_dropped"], 14,
        "a SYN, five datagrams and a packet, over either family: {counted:?}"
    );
    assert_eq!(grown("in_dropped"), counted["in_dropped"]);
    // Packets that are dropped on egress never reach the hook.
    assert_eq!(grown("out_dropped"), 2);
    assert!(!counted.contains_key("out_dropped"), "{counted:?}");

    // The ruleset causes the drops.
    scene.server.run("nft", &["delete", "table", "inet", "classifier_host"]);
    for there in scene.there() {
        let listener =
            scene.server.enter(|| TcpListener::bind(SocketAddr::new(there, 8080)).expect("a port"));
        connects(&scene.client, there, 8080, true);
        drop(listener);
    }
}

/// Sends a packet of an IP protocol for experiments (RFC 3692).
fn experiment(from: &Host, to: IpAddr) {
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let protocol = net::Protocol::from_raw(NonZeroU32::new(253).expect("a number"));
    from.enter(|| {
        let raw = socket(family, SocketType::RAW, Some(protocol)).expect("a raw socket");
        sendto(raw, b"never seen", SendFlags::empty(), &SocketAddr::new(to, 0)).expect("it is sent");
    });
}

/// Asserts whether a connection succeeds, before a second SYN would be sent.
fn connects(from: &Host, to: IpAddr, port: u16, succeeds: bool) {
    let connected = from.enter(|| TcpStream::connect_timeout(&(to, port).into(), Duration::from_millis(500)));
    match connected {
        Ok(_) => assert!(succeeds, "{to}:{port} answered"),
        Err(error) => {
            assert!(!succeeds, "{to}:{port}: {error}");
            assert!(matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock), "{error}");
        }
    }
}
