// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! SIGKILL while packets cross, and a new agent.

use std::{thread::sleep, time::Duration};

use testbed::{attached_in, left_behind};

use crate::scene::{Scene, assert_continues, counters};

/// Packets that cross meanwhile: about three seconds of them.
const PACKETS: usize = 60_000;

#[test]
fn no_packet_is_missed_or_counted_twice_through_tcx() {
    killed_again_and_again("off");
}

#[test]
fn no_packet_is_missed_or_counted_twice_through_native_xdp() {
    killed_again_and_again("native");
}

fn killed_again_and_again(mode: &str) {
    let scene = Scene::new();
    let mut agent = scene.agent(mode);
    let sent = scene.send(PACKETS);
    let mut last = counters(&agent.metrics());
    for round in 0..4 {
        sleep(Duration::from_millis(200));
        let seen = counters(&agent.metrics());
        assert_continues(&last, &seen);
        last = seen;
        if round % 2 == 0 {
            agent.kill();
        } else {
            agent.leave();
        }
        sleep(Duration::from_millis(200));
        agent = scene.agent(mode);
    }
    sent.join().unwrap();
    let metrics = agent.metrics();
    assert_continues(&last, &counters(&metrics));
    let of = |protocol: &str, role: &str| {
        let labels = [("direction", "ingress"), ("protocol", protocol), ("role", role)];
        metrics.sum("classifier_packets_total", &labels)
    };
    let third = PACKETS as u64 / 3;
    assert_eq!(
        [of("udp_other", "none"), of("smtp", "to_server"), of("imap", "from_server")],
        [third, third, third]
    );
    let traffic = scene.counted.traffic(&scene.here.name);
    assert_eq!(
        metrics.sum("classifier_packets_total", &[("direction", "ingress")]),
        traffic.rx_packets,
        "the interface's own counter"
    );
    assert_eq!(metrics.sum("classifier_unattributed_packets_total", &[]), 0);
    agent.kill();
    assert_ne!(attached_in(&scene.counted), Vec::<String>::new(), "the kernel goes on counting");
    assert_eq!(scene.detach(), format!("no longer counted: {}\n", scene.here.name));
    assert_eq!(attached_in(&scene.counted), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
    assert_eq!(scene.pins.list(), Vec::<String>::new());
}
