// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An upgrade to a build with another layout of the counters, and back, while packets cross.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::Duration,
};

use classifier::datapath::view;
use testbed::left_behind;

use crate::{
    looked_at::watch,
    other_layout::other_layout,
    scene::{BINARY, Scene, assert_continues, counters},
};

const PACKETS: usize = 60_000;

#[test]
fn counts_are_carried_over_to_the_packet_and_back() {
    let other = other_layout(BINARY);
    for mode in ["off", "native"] {
        let scene = Scene::new();
        let mut agent = scene.agent(mode);
        let (over, folder) = (Arc::new(AtomicBool::new(false)), scene.folder());
        let watched = watch(view(folder.as_ref()).unwrap(), &over);
        let sent = scene.send(PACKETS);
        for (round, binary) in [&other, BINARY, &other, &other, BINARY].into_iter().enumerate() {
            sleep(Duration::from_millis(200));
            let before = counters(&agent.metrics());
            if round % 2 == 0 {
                agent.kill();
            } else {
                agent.leave();
            }
            sleep(Duration::from_millis(100));
            agent = scene.agent_of(binary, mode);
            assert_eq!(agent.said().contains("taking over pinned counters of another layout"), round != 3);
            assert_continues(&before, &counters(&agent.metrics()));
        }
        sent.join().unwrap();
        over.store(true, Ordering::Relaxed);
        assert!(watched.join().unwrap() > 5);
        let metrics = agent.metrics();
        let all = metrics.sum("classifier_packets_total", &[("direction", "ingress")]);
        assert_eq!(
            (all, scene.counted.traffic(&scene.here.name).rx_packets),
            (PACKETS as u64, PACKETS as u64)
        );
        let smtp = [("direction", "ingress"), ("protocol", "smtp"), ("role", "to_server")];
        assert_eq!(metrics.sum("classifier_packets_total", &smtp), PACKETS as u64 / 3);
        agent.leave();
        // No object of earlier layouts is left.
        assert!(
            scene.pins.list().iter().all(|path| path.split('/').nth(1).is_none_or(|number| number == "5"))
        );
        scene.detach();
        assert_eq!(left_behind(), Vec::<String>::new());
    }
}
