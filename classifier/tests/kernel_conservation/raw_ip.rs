// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packets through a TUN device, which has no link-layer header.

use classifier::config::XdpMode;
use classifier_common::{abi::Direction, counter::Counters, fixtures, packet::Link};
use testbed::{FrameSocket, Lab, Tun};

use crate::{
    ethernet::stay_on_this_cpu,
    frames,
    seen::{Seen, assert_same, count_frame, total},
};

const FRAMES: usize = 40_000;

/// On a link without a link-layer header, in both directions, every packet is counted once and like the
/// userspace build, and leaves unchanged.
#[test]
fn every_packet_of_a_tun_device_is_counted_as_the_host_does() {
    let lab = Lab::new();
    let host = lab.host("tun");
    let mut tun = Tun::raw_ip(&host, "tun0");
    let seen = Seen::attach(&host, "tun0", XdpMode::Off, true);
    let other = Seen::attach(&host, "tun0", XdpMode::Off, false);
    let socket = FrameSocket::bound(&host, tun.index);
    let tables = fixtures::tables();
    let mut expected = Counters::new(0, 0);
    stay_on_this_cpu();
    frames::each(Link::RawIp, 1, 5000, FRAMES, |frame| {
        count_frame(&mut expected, &tables, Link::RawIp, frame);
        socket.send(frame).unwrap();
        let left = tun.sent().expect("it was sent");
        assert_eq!(&left[4..], frame, "the packet was changed");
        // The sender's protocol need not be that of the packet.
        tun.receive(&[&[0, 0, 0x86, 0xdd], frame]).unwrap();
    });
    let packets = total(&expected).packets;
    let egress = seen.once(Direction::Egress, packets);
    let ingress = other.once(Direction::Ingress, packets);
    assert_same("TC egress", &egress, &expected);
    assert_same("TC ingress", &ingress, &expected);
    println!("seed {}: {packets} packets in either direction", frames::seed());
    assert!(packets >= FRAMES as u64);
}
