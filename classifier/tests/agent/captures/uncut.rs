// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packets of length 0: a network card segments them on their way out, after the capture.

use classifier_common::fixtures::layers::{
    Layer, ethernet, extension, icmpv6, ipv4, ipv6, long_extension, segment, tag, udp,
};

use super::command::{assert_same, written};
use crate::capture_files::{Captured, Order, pcap};

const HOP_BY_HOP: u8 = 0;
const JUMBO: u8 = 0xc2;

/// Returns the classes of IPv6 packets of length 0.
fn classes(packets: impl IntoIterator<Item = Layer>) -> Vec<String> {
    let frame = |packet: Layer| Captured::whole(0, ethernet(packet.with(4, &[0, 0])));
    let packets: Vec<_> = packets.into_iter().map(frame).collect();
    let written = written(&["--packets"], &pcap(Order::Little, false, 1, &packets));
    written.lines().map(|line| line.split('\t').nth(1).expect("a class").to_owned()).collect()
}

fn to_smtp() -> Layer {
    segment(40_000, 25, 16).then(&[b'.'; 3000])
}

#[test]
fn a_segment_without_a_length_goes_to_the_end_of_its_frame() {
    let mut frames = Vec::new();
    for (packet, field) in [(ipv4(segment(40_000, 25, 16)), 2), (ipv6(segment(25, 40_000, 16)), 4)] {
        let packet = packet.then(&[b'.'; 3000]).with(field, &[0, 0]);
        frames.extend([ethernet(packet.clone()), ethernet(tag(0x8100, packet))]);
    }
    let frames: Vec<_> = frames.into_iter().map(|frame| Captured::whole(0, frame)).collect();
    let file = pcap(Order::Little, false, 1, &frames);
    let expected = "1\tsmtp\tto_server\n2\tsmtp\tto_server\n3\tsmtp\tfrom_server\n4\tsmtp\tfrom_server\n";
    assert_same("no length", &written(&["--packets"], &file), expected);
}

#[test]
fn a_jumbogram_is_as_long_as_its_option_says() {
    let optioned = |option: &[u8]| ipv6(extension(HOP_BY_HOP, to_smtp()).with(2, option));
    let found = classes([
        optioned(&[JUMBO, 4, 0, 1, 0, 0]),
        optioned(&[JUMBO, 4, 0, 0, 0xff, 0xff]),
        optioned(&[JUMBO, 3, 0, 1, 0, 0]),
        optioned(&[1, 4, 0, 1, 0, 0]),
        optioned(&[0, 0, 0, 0, JUMBO, 4]),
        optioned(&[0, 0, 0, 0, 0, JUMBO]),
    ]);
    let malformed = "malformed";
    assert_eq!(found, ["smtp", malformed, malformed, malformed, malformed, malformed]);
    let padded = long_extension(HOP_BY_HOP, 16, to_smtp()).with(2, &[1, 1, 0, 0, JUMBO, 4, 0, 1, 0, 0]);
    assert_eq!(classes([ipv6(padded)]), ["smtp"]);
}

#[test]
fn behind_any_other_ipv6_header_without_a_length_there_is_nothing() {
    assert_eq!(classes([ipv6(udp(40_000, 53)), ipv6(icmpv6(136, 0, &[0; 20]))]), ["malformed", "malformed"]);
}
