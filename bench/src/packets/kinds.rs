// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The measured kinds of packets, one per row.

use classifier_common::{
    fixtures::layers::{
        Layer, carried, chain, ethernet, fragment, icmp, icmpv6, ipv4, ipv4_options, ipv6, numbered, tags,
        udp,
    },
    protocol::Protocol,
    wire::{
        ethernet::ethertype::{SERVICE_VLAN, VLAN},
        number,
        tcp::flag,
    },
};
use fastrand::Rng;

use super::{
    conversation::{self, CLIENT, Conversation, SEQUENCE, STRANGER},
    mail::Mail,
};

/// A kind of packets.
pub struct Kind {
    pub name: &'static str,
    /// Class of the packets.
    pub protocol: Protocol,
    /// Bound in nanoseconds above an empty XDP program. Kinds without a bound are not in the mix that has a
    /// goal.
    pub goal: Option<f64>,
    /// Creates one packet of this kind.
    pub make: fn(&mut Rng) -> Vec<u8>,
    /// Increment of a 32-bit number from one packet to the next, and its offset.
    pub steps: Option<(u32, u32)>,
}

const PLAIN: f64 = 4.0;
const SHORT: f64 = 3.0;
const FTP_DATA: f64 = 6.0;

/// Lists the kinds in the order of the report.
pub fn all() -> Vec<Kind> {
    let kind = |name, protocol, goal, make| Kind { name, protocol, goal, make, steps: None };
    let next = Kind { steps: Some((6, SEQUENCE)), ..kind(NEXT, Protocol::FTP_CONTROL, None, next_command) };
    let some = Some;
    vec![
        kind("TCP to a known port", Protocol::SMTP, some(PLAIN), |rng| v4(tcp(any(rng), 25, rng))),
        kind("TCP from a known port", Protocol::IMAP, some(PLAIN), |rng| v4(tcp(143, any(rng), rng))),
        kind("TCP, unknown ports", Protocol::TCP_OTHER, some(PLAIN), unknown),
        kind("UDP", Protocol::UDP_OTHER, some(SHORT), |rng| v4(datagram(rng))),
        kind("ICMP echo", Protocol::ICMP, some(SHORT), |rng| v4(icmp(8, 0, &payload(rng)))),
        kind("IPv6 TCP", Protocol::POP3, some(PLAIN), |rng| v6(tcp(any(rng), 110, rng))),
        kind("IPv6 UDP", Protocol::UDP_OTHER, some(SHORT), |rng| v6(datagram(rng))),
        kind("ICMPv6 echo", Protocol::ICMPV6, some(SHORT), |rng| v6(icmpv6(128, 0, &payload(rng)))),
        kind("one VLAN tag", Protocol::SMTP, some(7.0), |rng| tagged(rng, &[VLAN])),
        kind("two VLAN tags", Protocol::SMTP, some(8.0), |rng| tagged(rng, &[SERVICE_VLAN, VLAN])),
        kind("IPv4 options", Protocol::SMTP, some(7.0), |rng| {
            ethernet(ipv4_options(8, tcp(any(rng), 25, rng))).into()
        }),
        kind("one IPv6 extension header", Protocol::SMTP, some(9.0), |rng| {
            v6(chain(&[carried::HOP_BY_HOP], tcp(any(rng), 25, rng)))
        }),
        kind("three IPv6 extension headers", Protocol::SMTP, some(12.0), |rng| {
            let kinds = [carried::HOP_BY_HOP, carried::ROUTING, carried::DESTINATION_OPTIONS];
            v6(chain(&kinds, tcp(any(rng), 25, rng)))
        }),
        kind("FTP data, an announced connection", Protocol::FTP_DATA_PASSIVE, some(FTP_DATA), |rng| {
            conversation::data(CLIENT, flag::ACK, &payload(rng))
        }),
        kind("FTP data port, another host", Protocol::TCP_OTHER, some(FTP_DATA), |rng| {
            conversation::data(STRANGER, flag::ACK, &payload(rng))
        }),
        kind("TCP of 1514 bytes", Protocol::SMTP, None, |rng| {
            v4(numbered((any(rng), 25), flag::ACK, (1, 1), &[b'.'; 1460]))
        }),
        kind("mail text of an SMTP session, 1514 bytes", Protocol::SMTP, None, |_| Mail::new().text),
        kind("TCP SYN, unknown ports", Protocol::TCP_OTHER, None, |rng| {
            v4(numbered((any(rng), any(rng)), flag::SYN, (1, 0), &[]))
        }),
        kind("TCP SYN to a known port", Protocol::SMTP, None, |rng| {
            v4(numbered((any(rng), 25), flag::SYN, (1, 0), &[]))
        }),
        kind("TCP to port 20", Protocol::FTP_DATA_ACTIVE, None, |rng| v4(tcp(any(rng), 20, rng))),
        kind("ESP", Protocol::IP_OTHER, None, |rng| v4(Layer::of(carried::ESP, &payload(rng)))),
        kind("later fragment", Protocol::SMTP, None, |rng| conversation::later_fragment(&payload(rng))),
        kind("later fragment, IPv6", Protocol::FRAGMENT, None, |rng| {
            v6(fragment(8, 1, false, Layer::of(number::TCP, &payload(rng))))
        }),
        kind("first fragment behind two IPv6 extension headers", Protocol::SMTP, None, |rng| {
            let first = fragment(9, 0, true, tcp(any(rng), 25, rng));
            v6(chain(&[carried::HOP_BY_HOP, carried::DESTINATION_OPTIONS], first))
        }),
        kind("ICMP error with a quote", Protocol::ICMP, None, |rng| {
            v4(icmp(3, 3, ipv4(datagram(rng)).bytes()))
        }),
        kind("ARP", Protocol::NON_IP, None, |_| ethernet(Layer::of(0x0806_u16, &[0; 46])).into()),
        kind("malformed: half a TCP header", Protocol::MALFORMED, None, |rng| {
            v4(tcp(any(rng), 25, rng).cut_to(10))
        }),
        kind("malformed: an IPv4 header beyond the packet", Protocol::MALFORMED, None, |rng| {
            ethernet(ipv4(tcp(any(rng), 25, rng)).with(0, &[0x4f]).with(2, &[0, 40])).into()
        }),
        kind("FTP control of no session, without payload", Protocol::FTP_CONTROL, None, |rng| {
            v4(numbered((any(rng), 21), flag::ACK, (1, 1), &[]))
        }),
        kind("FTP control of no session, a command", Protocol::FTP_CONTROL, None, |rng| {
            v4(numbered((any(rng), 21), flag::ACK, (1, 1), b"NOOP\r\n"))
        }),
        kind("FTP control without payload", Protocol::FTP_CONTROL, None, |_| Conversation::new().quiet),
        kind("FTP control, a command again", Protocol::FTP_CONTROL, None, |_| Conversation::new().command),
        kind("FTP control, a reply again", Protocol::FTP_CONTROL, None, |_| Conversation::new().reply),
        next,
    ]
}

/// Returns the kinds whose flows are followed: UDP of few flows, and of a new flow with each packet.
pub fn of_flows() -> [Kind; 2] {
    const SOURCE_ADDRESS: u32 = 26;
    let kind = |name, steps| Kind {
        name,
        protocol: Protocol::UDP_OTHER,
        goal: None,
        make: |rng| v4(datagram(rng)),
        steps,
    };
    [
        kind("UDP of 128 flows, `evidence.udp`", None),
        kind("UDP of new flows, `evidence.udp`", Some((1, SOURCE_ADDRESS))),
    ]
}

const NEXT: &str = "FTP control, the next command";

fn next_command(_: &mut Rng) -> Vec<u8> {
    Conversation::new().next
}

fn unknown(rng: &mut Rng) -> Vec<u8> {
    v4(tcp(any(rng), any(rng), rng))
}

fn tagged(rng: &mut Rng, kinds: &[u16]) -> Vec<u8> {
    let inner = tcp(any(rng), 25, rng);
    ethernet(tags(kinds, if rng.bool() { ipv4(inner) } else { ipv6(inner) })).into()
}

fn v4(carried: Layer) -> Vec<u8> {
    ethernet(ipv4(carried)).into()
}

fn v6(carried: Layer) -> Vec<u8> {
    ethernet(ipv6(carried)).into()
}

fn tcp(source: u16, destination: u16, rng: &mut Rng) -> Layer {
    numbered((source, destination), flag::ACK, (1, 1), &payload(rng))
}

fn datagram(rng: &mut Rng) -> Layer {
    let payload = payload(rng);
    let length = u16::try_from(12 + payload.len()).unwrap_or(u16::MAX);
    udp(any(rng), any(rng)).then(&payload).with(4, &length.to_be_bytes())
}

/// Returns a random port without a class.
fn any(rng: &mut Rng) -> u16 {
    rng.u16(51_000..)
}

/// Returns a random payload, short enough for a single buffer.
fn payload(rng: &mut Rng) -> Vec<u8> {
    vec![b'.'; rng.usize(6..500)]
}
