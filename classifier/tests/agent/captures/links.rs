// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classes of packets after every link-layer header.

use classifier_common::fixtures::layers::{Layer, ipv4, ipv6, segment, tag};

use super::command::written;
use crate::capture_files::{Captured, Order, PcapNg, pcap};

fn v4() -> Vec<u8> {
    ipv4(segment(40_000, 25, 16)).into()
}

fn v6() -> Vec<u8> {
    ipv6(segment(25, 40_000, 16)).into()
}

fn class(link: u32, packet: &[u8]) -> String {
    let file = pcap(Order::Little, false, link, &[Captured::whole(0, packet)]);
    let written = written(&["--packets"], &file);
    written.trim().strip_prefix("1\t").expect("one packet").replace('\t', " ")
}

/// Adds Linux' cooked headers of both versions to a packet.
fn cooked(protocol: u16, packet: &[u8]) -> [(u32, Vec<u8>); 2] {
    let mut first = vec![0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0];
    first.extend(protocol.to_be_bytes());
    let mut second = protocol.to_be_bytes().to_vec();
    second.extend([0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0]);
    [(113, [first, packet.to_vec()].concat()), (276, [second, packet.to_vec()].concat())]
}

#[test]
fn cooked_packets_are_what_their_protocol_says() {
    let tagged: Vec<u8> = tag(0x8100, Layer::of(0x0800_u16, &v4())).into();
    for (protocol, packet, expected) in [
        (0x0800, v4(), "smtp to_server"),
        (0x86dd, v6(), "smtp from_server"),
        (0x8100, tagged.clone(), "smtp to_server"),
        (0x0806, vec![0; 28], "non_ip none"),
        (0x0800, v6(), "malformed none"),
        (0x0800, Vec::new(), "malformed none"),
        (0x0004, v4(), "non_ip none"),
    ] {
        for (link, packet) in cooked(protocol, &packet) {
            assert_eq!(class(link, &packet), expected, "{protocol:#x} behind {link}");
        }
    }
    for (link, packet) in cooked(0x0800, &[]) {
        assert_eq!(class(link, &packet[..packet.len() - 1]), "malformed none", "{link} cut");
    }
}

#[test]
fn loopback_packets_are_of_their_address_family_in_either_byte_order() {
    for (family, packet, expected) in [
        (2u32, v4(), "smtp to_server"),
        (24, v6(), "smtp from_server"),
        (28, v6(), "smtp from_server"),
        (30, v6(), "smtp from_server"),
        (2, v6(), "malformed none"),
        (7, v4(), "non_ip none"),
        (0x0800, v4(), "smtp to_server"),
    ] {
        let [little, big] =
            [family.to_le_bytes(), family.to_be_bytes()].map(|family| [&family[..], &packet].concat());
        assert_eq!(class(0, &little), expected, "{family}");
        assert_eq!(class(0, &big), expected, "{family}");
        assert_eq!(class(108, &big), expected, "{family}");
    }
    for link in [0, 108] {
        assert_eq!(class(link, &[0, 0, 0]), "malformed none");
    }
}

#[test]
fn a_packet_that_must_be_of_one_family_is_malformed_in_the_other() {
    assert_eq!(class(228, &v4()), "smtp to_server");
    assert_eq!(class(229, &v6()), "smtp from_server");
    assert_eq!(class(228, &v6()), "malformed none");
    assert_eq!(class(229, &v4()), "malformed none");
    assert_eq!(class(101, &v6()), "smtp from_server");
    assert_eq!(class(228, &[]), "malformed none");
}

#[test]
fn sections_and_interfaces_of_a_file_have_link_types_of_their_own() {
    let file = PcapNg::new(Order::Big)
        .interface(101, 0, &[])
        .interface(228, 0, &[])
        .packet(1, 1, 100, &v4())
        .packet(0, 2, 200, &v6())
        .block(0x0bad, &[1, 2, 3, 4, 5])
        .old(1, 3, 300, &v4())
        .simple(400, &v4())
        .section(Order::Little)
        .interface(229, 20, &[])
        .packet(0, 4, 500, &v6())
        .simple(600, &v6());
    let expected = "1\tsmtp\tto_server\n2\tsmtp\tfrom_server\n3\tsmtp\tto_server\n4\tsmtp\tto_server\n\
                    5\tsmtp\tfrom_server\n6\tmalformed\tnone\n";
    assert_eq!(
        written(&["--packets"], &file.file),
        expected,
        "the last is cut by the interface's snap length"
    );
    let table = written(&[], &file.file);
    let total: Vec<_> = table.lines().last().expect("a line").split_whitespace().collect();
    assert_eq!(total, ["total", "6", "2,100"]);
}
