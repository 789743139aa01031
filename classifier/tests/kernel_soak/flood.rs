// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Floods from senders that nobody knows.

use std::{thread, time::Duration};

use classifier_common::fixtures::floods::floods;
use testbed::FrameSocket;

use crate::scene::Scene;

/// Frames of a flood, and of each burst in it.
const FRAMES: u32 = 20_000;
const BURST: u32 = 50;

/// Sends one of the floods of whole TCP segments.
pub fn run(scene: &Scene, number: usize) -> &'static str {
    let floods: Vec<_> = floods().into_iter().filter(|flood| flood.name.contains(" to port ")).collect();
    let flood = &floods[number % floods.len()];
    let socket = FrameSocket::open(&scene.network.client, &scene.network.at_client);
    for nth in 0..FRAMES {
        // Every flood has other senders.
        let nth = nth.wrapping_add(FRAMES * u32::try_from(number).expect("a small number"));
        socket.send(&flood.nth(nth)).expect("the wire is up");
        if nth % BURST == 0 {
            thread::sleep(Duration::from_millis(5));
        }
    }
    flood.name
}
