// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sources of observations, over several agents.

use std::{path::Path, time::Duration};

use classifier::{
    datapath::view,
    evidence::{Moment, RedirectEvidence},
};
use classifier_common::fixtures::layers::{CLIENT, ethernet, icmp, icmpv6, ipv4_with, ipv6, udp};
use testbed::{FrameSocket, left_behind};

use crate::scene::{BINARY, Scene};

/// Sends these numbers of ICMP redirects from two IPv4 hosts, and one from an IPv6 host.
fn redirect(scene: &Scene, counts: [usize; 2]) {
    let socket = FrameSocket::open(&scene.sender, &scene.there);
    for (last, count) in (1..).zip(counts) {
        let quoted = ipv4_with(udp(CLIENT, 9), |_| {});
        let message = ipv4_with(icmp(5, 1, quoted.bytes()), |header| header.source = [203, 0, 113, last]);
        let frame = ethernet(message);
        (0..count).for_each(|_| socket.send(frame.bytes()).unwrap());
    }
    socket.send(ethernet(ipv6(icmpv6(137, 0, &[0; 32]))).bytes()).unwrap();
}

/// Lists each prefix with its count, largest first, and the sum of overcounts.
fn counts(redirects: &[RedirectEvidence]) -> (Vec<String>, u64) {
    let listed = redirects.iter().map(|one| format!("{} {}", one.prefix, one.count));
    (listed.collect(), redirects.iter().map(|one| one.overcount).sum())
}

/// Builds the expected result of [`counts`].
fn all(v4: u64, one: u64, two: u64, v6: u64) -> (Vec<String>, u64) {
    let listed = [
        ("203.0.113.0/24", v4),
        ("203.0.113.1/32", one),
        ("203.0.113.2/32", two),
        ("2001:db8::/64", v6),
        ("2001:db8::1/128", v6),
    ];
    (listed.map(|(prefix, count)| format!("{prefix} {count}")).into(), 0)
}

/// Compares moments approximately: two clocks are read again each time.
fn is_near(one: Moment, other: Moment) -> bool {
    let apart = one.time().duration_since(other.time()).unwrap_or_else(|before| before.duration());
    apart < Duration::from_millis(20)
}

#[test]
fn what_was_seen_of_sources_goes_on_with_the_next_agent_whatever_room_it_has() {
    let scene = Scene::new();
    let folder = scene.folder();
    let first = scene.agent("native");
    redirect(&scene, [3, 2]);
    let mut view = view(Path::new(&folder)).unwrap();
    let evidence = view.evidence().unwrap();
    let began = evidence.redirects[0].first_seen;
    assert_eq!(counts(&evidence.redirects), all(5, 3, 2, 1));

    // Without an agent, and then with the next one of the same layout.
    first.kill();
    redirect(&scene, [1, 0]);
    let second = scene.agent("native");
    redirect(&scene, [1, 0]);
    let evidence = view.evidence().unwrap();
    assert_eq!(counts(&evidence.redirects), all(7, 5, 2, 3));
    assert!(is_near(evidence.redirects[0].first_seen, began));
    second.leave();

    // With less capacity, and with more.
    for (round, room) in (1..).zip([128, 16_384]) {
        let file =
            std::env::temp_dir().join(format!("classifier-sources-{}-{room}.toml", std::process::id()));
        std::fs::write(&file, format!("[evidence]\nmax_sources = {room}\n")).unwrap();
        let agent = scene.agent_with("native", &["-c", file.to_str().unwrap()]);
        std::fs::remove_file(&file).unwrap();
        redirect(&scene, [1, 0]);
        let evidence = view.evidence().unwrap();
        assert_eq!(counts(&evidence.redirects), all(7 + round, 5 + round, 2, 3 + round));
        assert!(is_near(evidence.redirects[0].first_seen, began));
        let shown = scene.counted.run(BINARY, &["status", "--pin-dir", &folder]);
        let line = shown.lines().find(|line| line.starts_with("203.0.113.1/32")).unwrap_or(&shown);
        let cells: Vec<_> = line.split_whitespace().skip(1).take(4).collect();
        let count = (5 + round).to_string();
        assert_eq!(cells, ["inbound", "icmp", &count, &count], "{shown}");
        agent.leave();
    }
    scene.detach();
    assert!(view.evidence().is_err());
    assert_eq!(left_behind(), Vec::<String>::new());
}
