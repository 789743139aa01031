// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Properties of a packet's outcome.

use classifier_common::{
    classify::classify,
    fixtures::{
        self,
        layers::{CLIENT, Layer, ethernet, icmp, icmpv6, ipv4, ipv6, tcp},
    },
    outcome::Outcome,
    packet::{Frame, Link},
    wire::Family,
};

/// Length of the headers of Ethernet, IPv4 and TCP.
const HEADERS: usize = 14 + 20 + 20;

fn outcome(carried: Layer) -> Outcome {
    let tables = fixtures::tables();
    classify(ethernet(carried).bytes(), Frame::on_wire(Link::Ethernet), &tables)
}

#[test]
fn redirects_are_told_from_all_other_messages() {
    for kind in [0, 3, 5, 8, 11] {
        let outcome = outcome(ipv4(icmp(kind, 1, ipv4(tcp(CLIENT, 25)).bytes())));
        assert_eq!((outcome.is_redirect(), outcome.family()), (kind == 5, Family::V4), "type {kind}");
    }
    for kind in [1, 128, 136, 137] {
        let outcome = outcome(ipv6(icmpv6(kind, 0, ipv6(tcp(CLIENT, 25)).bytes())));
        assert_eq!((outcome.is_redirect(), outcome.family()), (kind == 137, Family::V6), "type {kind}");
    }
    assert!(!outcome(ipv4(tcp(CLIENT, 25))).is_redirect());
}

#[test]
fn a_packet_is_cut_if_its_headers_are_not_whole() {
    let tables = fixtures::tables();
    let frame = ethernet(ipv4(tcp(CLIENT, 25)));
    for length in 0..=frame.bytes().len() {
        let outcome = classify(&frame.bytes()[..length], Frame::on_wire(Link::Ethernet), &tables);
        assert_eq!(outcome.is_cut(), length < HEADERS, "{length} bytes");
    }
}
