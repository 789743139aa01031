// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Shapes of packets that the fast path decides: each of them, with each kind of tags.

use classifier_common::{
    fixtures::{
        self,
        layers::{
            CLIENT, Layer, carried, chain, ethernet, fragment, icmp, icmpv6, ipv4, ipv4_fragment,
            ipv4_options, ipv6, segment, tags, tcp, tcp_options, udp,
        },
    },
    protocol::Protocol,
    wire::{
        ethernet::ethertype::{OLD_SERVICE_VLAN, SERVICE_VLAN, VLAN},
        number,
    },
};

use crate::sink::told;

/// Headers of the transport, and the payload behind them.
const TRANSPORT: [(fn() -> Layer, usize); 4] = [
    (|| tcp(CLIENT, 25), 20),
    (|| tcp_options(12, 25, CLIENT), 32),
    (|| segment(CLIENT, 25, 2), 20),
    (|| udp(CLIENT, 514), 8),
];

const TAGS: [&[u16]; 5] = [&[], &[VLAN], &[OLD_SERVICE_VLAN], &[SERVICE_VLAN, VLAN], &[VLAN, VLAN]];

/// Extension headers of IPv6 that the fast path skips, and their length.
const EXTENSIONS: [(&[u8], usize); 6] = [
    (&[], 0),
    (&[carried::HOP_BY_HOP], 8),
    (&[carried::AUTHENTICATION], 24),
    (&[carried::ROUTING, carried::DESTINATION_OPTIONS], 16),
    (&[carried::MOBILITY, carried::HIP, carried::SHIM6], 24),
    (&[carried::HOP_BY_HOP, carried::AUTHENTICATION, carried::DESTINATION_OPTIONS], 40),
];

/// Checks that a packet is decided whose payload has `payload` bytes, also with padding behind it.
fn is_decided(packet: &Layer, headers: usize, name: &str) {
    let tables = fixtures::tables();
    for kinds in TAGS {
        let frame = ethernet(tags(kinds, packet.clone()));
        let before = 14 + 4 * kinds.len();
        let payload = frame.bytes().len() - before - headers;
        for frame in [frame.clone(), frame.then(&[0; 6])] {
            let told =
                told(frame.bytes(), &tables).unwrap_or_else(|| panic!("{name}, {kinds:x?}: it is left"));
            let expected = (before + headers, payload);
            let found = (told.headers as usize, told.payload.unsigned_abs());
            assert_eq!(found, expected, "{name}, {kinds:x?}");
        }
    }
}

#[test]
fn whole_packets_are_decided_behind_any_headers_of_the_shapes() {
    for (carried, length) in TRANSPORT {
        is_decided(&ipv4(carried()), 20 + length, "IPv4");
        for options in [4, 40] {
            is_decided(&ipv4_options(options, carried()), 20 + options + length, "IPv4 with options");
        }
        for (kinds, extensions) in EXTENSIONS {
            is_decided(&ipv6(chain(kinds, carried())), 40 + extensions + length, &format!("IPv6 {kinds:?}"));
        }
    }
}

#[test]
fn messages_errors_and_protocols_without_a_parser_are_decided() {
    is_decided(&ipv4(icmp(8, 0, b"echo")), 20 + 8, "echo");
    is_decided(&ipv6(icmpv6(128, 0, b"echo")), 40 + 8, "echo");
    for quoted in [tcp(CLIENT, 25), tcp(20, CLIENT), udp(CLIENT, 514), icmp(8, 0, &[0; 8])] {
        is_decided(&ipv4(icmp(3, 3, ipv4(quoted).bytes())), 20 + 8, "error");
    }
    for quoted in [tcp(CLIENT, 25), tcp(20, CLIENT), udp(CLIENT, 514), icmpv6(128, 0, &[0; 8])] {
        is_decided(&ipv6(icmpv6(1, 4, ipv6(quoted).bytes())), 40 + 8, "error");
    }
    let gre = || Layer::of(u16::from(carried::GRE), &[7; 12]);
    is_decided(&ipv4(gre()), 20, "GRE");
    is_decided(&ipv6(gre()), 40, "GRE");
}

#[test]
fn later_fragments_are_decided_and_first_ones_are_left() {
    let tables = fixtures::tables();
    let rest = || Layer::of(number::TCP, &[7; 32]);
    let later = [ipv4_fragment(1, 3, false, rest()), ipv4_fragment(1, 3, true, rest())];
    for packet in later {
        is_decided(&packet, 20, "later fragment of IPv4");
    }
    let v6 = ethernet(ipv6(fragment(1, 3, true, rest())));
    let told_v6 = told(v6.bytes(), &tables).expect("a later fragment is a shape");
    assert_eq!(told_v6.outcome.class, Protocol::FRAGMENT.to_server());
    for first in [ipv4_fragment(1, 0, true, tcp(CLIENT, 25)), ipv6(fragment(1, 0, true, tcp(CLIENT, 25)))] {
        assert_eq!(told(ethernet(first).bytes(), &tables), None);
    }
}

#[test]
fn frames_without_ip_and_headers_that_contradict_themselves_are_decided() {
    let tables = fixtures::tables();
    let class = |frame: Layer| told(frame.bytes(), &tables).expect("it is a shape").outcome.class;
    assert_eq!(class(ethernet(Layer::of(0x0806_u16, &[1; 46]))), Protocol::NON_IP.to_server());
    let contradicting = [
        ipv4(tcp(CLIENT, 25)).with(2, &[0, 39]),
        ipv4(tcp(CLIENT, 25)).with(0, &[0x44]),
        ipv4(tcp(CLIENT, 25)).with(32, &[0x40]),
        ipv4(udp(CLIENT, 25)).with(2, &[0, 27]),
        ipv6(tcp(CLIENT, 25)).with(4, &[0, 19]),
        ipv6(tcp(CLIENT, 25)).with(0, &[0x50]),
        ipv6(icmpv6(128, 0, b"echo")).with(4, &[0, 7]),
    ];
    for packet in contradicting {
        assert_eq!(class(ethernet(packet)), Protocol::MALFORMED.to_server());
    }
}

#[test]
fn more_headers_than_the_shapes_have_are_left() {
    let tables = fixtures::tables();
    let tagged = ethernet(tags(&[VLAN; 3], ipv4(tcp(CLIENT, 25))));
    let kinds = [carried::HOP_BY_HOP, carried::ROUTING, carried::HIP, carried::DESTINATION_OPTIONS];
    let extended = ethernet(ipv6(chain(&kinds, tcp(CLIENT, 25))));
    for frame in [tagged, extended] {
        assert_eq!(told(frame.bytes(), &tables), None);
    }
}

/// A GSO packet may state a length of 0: its length is that of its buffer, which the slow path knows.
#[test]
fn packets_that_state_no_length_are_left() {
    let tables = fixtures::tables();
    for carried in [tcp(CLIENT, 25), udp(CLIENT, 514)] {
        for packet in [ipv4(carried.clone()).with(2, &[0, 0]), ipv6(carried).with(4, &[0, 0])] {
            assert_eq!(told(ethernet(packet).bytes(), &tables), None);
        }
    }
}
