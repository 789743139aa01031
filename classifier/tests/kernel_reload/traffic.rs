// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reloads while packets arrive: each is counted once, under its class before or after, and under no other.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use crate::scene::{Scene, counted, packets, port, reload};

/// Ports of a protocol in every version of the file, of none in any, of a fixed one, and of one in every
/// other version.
const SENT: [u16; 4] = [587, 7777, 25, 9999];

#[test]
fn what_stays_the_same_is_never_anything_else() {
    const RELOADS: usize = 40;
    let always = port("submission", SENT[0]);
    let scene = Scene::new(&always);
    let agent = scene.agent(&[]);
    let (rounds, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                scene.send(&SENT);
                rounds.fetch_add(1, Ordering::Relaxed);
            }
        });
        for nth in 0..RELOADS {
            let sometimes = if nth % 2 == 0 { port("sometimes", SENT[3]) } else { String::new() };
            scene.configure(&format!("{sometimes}{always}"));
            reload(&agent);
        }
        ended.store(true, Ordering::Relaxed);
    });
    let rounds = rounds.load(Ordering::Relaxed);
    let metrics = counted(&agent, 4 * rounds);
    let of = |protocol| packets(&metrics, protocol);
    let (sometimes, other) = (of("sometimes"), of("tcp_other"));
    println!(
        "{rounds} packets to each of four ports, {RELOADS} reloads; to the fourth as `sometimes` {sometimes}"
    );
    assert_eq!([of("submission"), of("smtp"), sometimes + other], [rounds, rounds, 2 * rounds]);
    assert!(sometimes > 0 && other > rounds, "both versions applied: {sometimes} {other} of {rounds}");
    assert_eq!(metrics.sum("classifier_packets_total", &[]), 4 * rounds);
    agent.stop();
}

#[test]
fn a_name_that_comes_in_the_place_of_another_does_not_get_its_counts() {
    let scene = Scene::new(&[port("first", 1001), port("second", 1002)].concat());
    let agent = scene.agent(&[]);
    scene.send(&[1001, 1001, 1001, 1002, 1003]);
    let metrics = counted(&agent, 5);
    assert_eq!(["first", "second", "tcp_other"].map(|name| packets(&metrics, name)), [3, 1, 1]);
    scene.configure(&[port("third", 1003), port("second", 1001)].concat());
    reload(&agent);
    scene.send(&[1003, 1003, 1001, 1002]);
    let metrics = counted(&agent, 9);
    let names = ["first", "second", "third", "tcp_other"];
    assert_eq!(names.map(|name| packets(&metrics, name)), [3, 2, 2, 2]);
    agent.stop();
}
