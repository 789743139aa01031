// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Metadata of the stack beside a packet's bytes: a VLAN tag, and the length of a BIG TCP packet.

use classifier_common::{
    classify::{classify, walk},
    fixtures::{
        self,
        layers::{CLIENT, Layer, carried, chain, ethernet, ipv4, ipv6, tag, tags, tcp, udp},
    },
    outcome::{Limit, Outcome},
    packet::{Frame, Link, Packet},
    protocol::Protocol,
    wire::ethernet::{VLAN_TAGS, ethertype::VLAN},
};

/// A GSO packet, whose IP length of 0 stands for its whole length.
struct GsoPacket<'a>(&'a [u8]);

impl Packet for GsoPacket<'_> {
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.0.read(offset)
    }

    fn ip_length(&self, stated: usize) -> usize {
        if stated == 0 { self.0.len() } else { stated }
    }
}

fn of_gso_packet(packet: &Layer) -> Outcome {
    walk(&GsoPacket(packet.bytes()), Frame::on_wire(Link::Ethernet), &fixtures::tables())
}

fn on_wire(packet: &Layer) -> Outcome {
    classify(packet.bytes(), Frame::on_wire(Link::Ethernet), &fixtures::tables())
}

fn with_a_tag_aside(packet: &Layer) -> Outcome {
    let frame = Frame { tags_aside: 1, ..Frame::on_wire(Link::Ethernet) };
    classify(packet.bytes(), frame, &fixtures::tables())
}

#[test]
fn a_length_of_0_is_all_of_a_gso_packet_and_malformed_on_the_wire() {
    let lengthless = [
        ethernet(ipv4(tcp(CLIENT, 25)).with(2, &[0, 0])),
        ethernet(ipv6(tcp(CLIENT, 25)).with(4, &[0, 0])),
        ethernet(ipv6(chain(&[carried::HOP_BY_HOP], tcp(CLIENT, 25))).with(4, &[0, 0])),
    ];
    for packet in &lengthless {
        assert_eq!(of_gso_packet(packet).class, Protocol::SMTP.to_server());
        assert_eq!(on_wire(packet).class, Protocol::MALFORMED.to_server());
    }
    let [_, _, big_tcp] = &lengthless;
    let outcome = of_gso_packet(big_tcp);
    assert_eq!((outcome.headers, outcome.off_wire), (14 + 40 + 8 + 20, 8));
    let [small, ..] = &lengthless;
    assert_eq!(of_gso_packet(small).off_wire, 0);
}

#[test]
fn a_gso_packet_that_states_its_length_is_held_to_it() {
    let cut = ethernet(ipv4(tcp(CLIENT, 25)).with(2, &[0, 39]));
    assert_eq!(of_gso_packet(&cut).class, Protocol::MALFORMED.to_server());
    let optioned = ethernet(ipv6(chain(&[carried::HOP_BY_HOP], udp(CLIENT, 514))));
    let outcome = of_gso_packet(&optioned);
    assert_eq!((outcome.headers, outcome.off_wire), (14 + 40 + 8 + 8, 0));
}

#[test]
fn a_tag_aside_is_one_of_the_bound() {
    let behind = |count: u8| ethernet(tags(&vec![VLAN; usize::from(count)], ipv4(tcp(CLIENT, 25))));
    assert_eq!(with_a_tag_aside(&behind(0)).class, Protocol::SMTP.to_server());
    assert_eq!(with_a_tag_aside(&behind(VLAN_TAGS - 1)).class, Protocol::SMTP.to_server());
    let too_many = with_a_tag_aside(&behind(VLAN_TAGS));
    assert_eq!(too_many.class, Protocol::NON_IP.to_server());
    assert_eq!(too_many.limit, Some(Limit::VlanTags));
    assert_eq!(on_wire(&behind(VLAN_TAGS)).class, Protocol::SMTP.to_server());
}

#[test]
fn a_tag_aside_changes_nothing_else() {
    let tagged = ethernet(tag(VLAN, ipv6(tcp(143, CLIENT))));
    assert_eq!(with_a_tag_aside(&tagged), on_wire(&tagged));
}

/// The length of a UDP datagram may be stated by the same option as that of BIG TCP.
#[test]
fn the_jumbo_option_before_udp_is_off_the_wire_too() {
    for transport in [udp(CLIENT, 514), tcp(CLIENT, 601)] {
        let big = ethernet(ipv6(chain(&[carried::HOP_BY_HOP], transport.clone())).with(4, &[0, 0]));
        assert_eq!(of_gso_packet(&big).off_wire, 8);
        let small = ethernet(ipv6(chain(&[carried::HOP_BY_HOP], transport)));
        assert_eq!(of_gso_packet(&small).off_wire, 0);
    }
}
