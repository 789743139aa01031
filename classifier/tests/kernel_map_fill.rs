// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fill of the kernel's maps in a scrape.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, FrameSocket, Lab};

/// Number above one batch of the agent's count, and not a multiple of it.
const FRAGMENTS: u16 = 1300;

#[test]
fn every_first_fragment_that_is_remembered_is_counted() {
    let lab = Lab::new();
    let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
    let (from, to) = lab.link(&sender, &receiver);
    let agent = receiver.agent(env!("CARGO_BIN_EXE_classifier"), &["-i", &to.name, "--no-egress"]);
    assert_eq!(remembered(&agent), 0);
    let socket = FrameSocket::open(&sender, &from);
    for identification in 1..=FRAGMENTS {
        socket.send(&first_fragment(identification)).expect("it is sent");
        if identification == 1 {
            once(&agent, 1);
        }
    }
    once(&agent, FRAGMENTS.into());
    agent.stop();
}

/// Waits for the frames, which take a moment to arrive.
fn once(agent: &Agent, expected: u64) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while remembered(agent) != expected && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(remembered(agent), expected);
}

fn remembered(agent: &Agent) -> u64 {
    agent.metrics().sum("classifier_map_entries", &[("map", "fragments")])
}

/// Builds Ethernet, IPv4 with "more fragments", and the first bytes of a datagram.
fn first_fragment(identification: u16) -> Vec<u8> {
    let [high, low] = identification.to_be_bytes();
    let ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00];
    let ip = [0x45, 0, 0, 36, high, low, 0x20, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    let datagram = [0x13, 0x88, 0x13, 0x89, 0, 100, 0, 0];
    [&ethernet[..], &ip, &datagram, &[0; 26]].concat()
}
