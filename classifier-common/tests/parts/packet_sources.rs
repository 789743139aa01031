// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The source of a packet, as the prefixes of a policy ask for it.

use classifier_common::{
    address::Address,
    dry_run::{PacketSource, source},
    fixtures::layers::{CLIENT, HOSTS_V4, HOSTS_V6, Layer, ethernet, ipv4, ipv6, tag, tcp},
    packet::{Frame, Link},
    wire::{Family, ethernet::ethertype::VLAN},
};

const V4: PacketSource = PacketSource { family: Family::V4, address: Address::v4(HOSTS_V4.0) };

fn v6() -> PacketSource {
    PacketSource { family: Family::V6, address: Address::v6(HOSTS_V6.0) }
}

fn of(frame: &[u8]) -> Option<PacketSource> {
    source(frame, Frame::on_wire(Link::Ethernet))
}

#[test]
fn the_source_is_that_of_the_outermost_ip_header_once_it_is_whole() {
    let packets = [(ipv4(tcp(CLIENT, 25)), V4, 20), (ipv6(tcp(CLIENT, 25)), v6(), 40)];
    for (packet, expected, header) in packets {
        let raw = source(packet.bytes(), Frame::on_wire(Link::RawIp));
        assert_eq!(raw, Some(expected));
        for (frame, before) in [(ethernet(packet.clone()), 14), (ethernet(tag(VLAN, packet)), 18)] {
            for length in 0..=frame.bytes().len() {
                let whole = length >= before + header;
                assert_eq!(of(&frame.bytes()[..length]), whole.then_some(expected), "{length} bytes");
            }
        }
    }
}

#[test]
fn a_header_of_another_version_than_the_frame_claims_has_no_source() {
    assert_eq!(of(ethernet(ipv4(tcp(CLIENT, 25)).with(0, &[0x65])).bytes()), None);
    assert_eq!(of(ethernet(ipv6(tcp(CLIENT, 25)).with(0, &[0x40])).bytes()), None);
    assert_eq!(of(ethernet(Layer::of(0x0806_u16, &[0x45; 60])).bytes()), None, "ARP");
}
