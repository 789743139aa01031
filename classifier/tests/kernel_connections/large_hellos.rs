// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A `ClientHello` that fills more than one segment, between openssl and real servers.

use std::net::IpAddr;

use testbed::servers::{Dovecot, Postfix};

use crate::{
    openssl::{s_client, upgraded},
    scene::Scene,
};

/// Protocols for a hello of about 1.8 KB.
const PADDING: usize = 7;

/// Bytes of a frame with an MTU of 1,500.
const FRAME: usize = 1514;

#[test]
fn a_hello_in_several_segments_is_one() {
    let scene = Scene::new();
    for (host, end) in [(&scene.client, &scene.at_client), (&scene.server, &scene.at_server)] {
        host.run("ethtool", &["-K", &end.name, "tso", "off", "gso", "off", "gro", "off", "tx", "off"]);
        host.run("ip", &["link", "set", "dev", &end.name, "gso_max_segs", "1"]);
    }
    let postfix = Postfix::start_with_tls(&scene.server);
    let _dovecot = Dovecot::start_with_tls(&scene.server, &postfix.mailboxes());
    let agents = scene.agents();
    let capture = scene.client.capture(&scene.at_client.name, &["tcp"]);
    let names: Vec<_> = (0..PADDING).map(|nth| format!("{nth}{}", "x".repeat(210))).collect();
    let (padding, mut hellos) = (names.join(","), 0);
    for address in [IpAddr::V4(scene.at_server.v4), IpAddr::V6(scene.at_server.v6)] {
        for (port, protocol) in [(25, "smtp"), (110, "pop3"), (143, "imap")] {
            // The server may reject TLS that it does not expect.
            for starttls in [Some(protocol), None] {
                let before = agents.each_ref().map(|agent| upgraded(agent, protocol));
                let is_seen =
                    || agents.each_ref().map(|agent| upgraded(agent, protocol)) == before.map(|n| n + 1);
                let mut options = vec!["-alpn", &padding];
                options.extend(starttls.iter().flat_map(|protocol| ["-starttls", *protocol]));
                s_client(&scene.client, address, port, &options, is_seen);
                hellos += 1;
            }
        }
    }
    let packets = capture.stop();
    let longest = packets.iter().map(|packet| packet.bytes.len()).max().unwrap();
    let full = packets.iter().filter(|packet| packet.bytes.len() == FRAME).count();
    assert_eq!(longest, FRAME, "segments as on a wire");
    assert!(full >= hellos, "each of {hellos} hellos fills a segment: {full}");
}
