// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Frames over a veth pair.

use std::time::Instant;

use classifier::config::XdpMode;
use classifier_common::{abi::Direction, counter::Counters, fixtures, packet::Link};
use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};
use testbed::{FrameSocket, Lab};

use crate::{
    frames,
    seen::{Seen, assert_same, count_frame, total},
};

const FRAMES: usize = 200_000;
const MTU: u32 = 20_000;

/// Pins this thread to a CPU: frames then arrive in their order.
pub fn stay_on_this_cpu() {
    let mut this = CpuSet::new();
    this.set(sched_getcpu());
    sched_setaffinity(None, &this).unwrap();
}

/// Tells whether a frame reaches TC. The kernel drops a frame with a truncated outer tag, or with less than
/// two bytes after it, when it removes the tag: after the interface's counter and XDP, before TC.
fn reaches_tc(frame: &[u8]) -> bool {
    frame.len() >= 20 || !matches!(frame[12..14], [0x81, 0x00] | [0x88, 0xa8])
}

fn every_frame_is_counted_once(mode: XdpMode, hook: &str) {
    let lab = Lab::new();
    let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
    let (from, to) = lab.wire(&sender, &receiver, MTU);
    let outgoing = Seen::attach(&sender, &from.name, XdpMode::Off, true);
    let incoming = Seen::attach(&receiver, &to.name, mode, false);
    assert_eq!(incoming.ingress_hook(), hook);
    let (sent_tables, arrived_tables) = (fixtures::tables(), fixtures::tables());
    let (mut sent, mut arrived) = (Counters::new(0, 0), Counters::new(0, 0));
    let socket = FrameSocket::open(&sender, &from);
    let start = Instant::now();

    stay_on_this_cpu();
    frames::each(Link::Ethernet, 14, MTU as usize + 14, FRAMES, |frame| {
        socket.send(frame).unwrap_or_else(|error| panic!("{error}: {} bytes", frame.len()));
        count_frame(&mut sent, &sent_tables, Link::Ethernet, frame);
        if hook == "xdp_native" || reaches_tc(frame) {
            count_frame(&mut arrived, &arrived_tables, Link::Ethernet, frame);
        }
    });

    let (frames, bytes) = (total(&sent).packets, total(&sent).bytes);
    let reached = total(&arrived).packets;
    let egress = outgoing.once(Direction::Egress, frames);
    let ingress = incoming.once(Direction::Ingress, reached);
    assert!(frames >= FRAMES as u64);
    // A veth that polls, as under native XDP, counts bytes without the link-layer header.
    let uncounted = if hook == "xdp_native" { 14 * frames } else { 0 };
    let crossed = sender.traffic(&from.name);
    assert_eq!((crossed.tx_packets, crossed.tx_bytes + uncounted, crossed.tx_dropped), (frames, bytes, 0));
    let crossed = receiver.traffic(&to.name);
    assert_eq!((crossed.rx_packets, crossed.rx_bytes + uncounted), (frames, bytes));
    assert_eq!(total(&egress), total(&sent), "TC egress counts each frame once");
    assert_eq!(total(&ingress), total(&arrived), "{hook} counts each frame once");
    assert_same("TC egress", &egress, &sent);
    assert_same(hook, &ingress, &arrived);
    let seconds = start.elapsed().as_secs_f32();
    println!("seed {}: {frames} frames, {bytes} bytes, {reached} to {hook}, {seconds:.1} s", frames::seed());
}

/// XDP on the receiving and TC on the sending side count every frame once, and class by class, message by
/// message, flag by flag like the userspace build.
#[test]
fn native_xdp_and_tc_egress_count_every_frame_as_the_host_does() {
    every_frame_is_counted_once(XdpMode::Native, "xdp_native");
}

/// TC on both sides counts like the userspace build, except the frames that the kernel drops before TC
/// ingress.
#[test]
fn tc_ingress_and_egress_count_every_frame_as_the_host_does() {
    every_frame_is_counted_once(XdpMode::Off, "tcx");
}
