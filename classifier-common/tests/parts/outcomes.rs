// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Properties of a packet's outcome.

use classifier_common::{
    classify::classify,
    fixtures::{
        self,
        layers::{
            CLIENT, Layer, authentication, carried, ethernet, icmp, icmpv6, ipv4, ipv6, numbered, tcp, udp,
        },
    },
    host::HostTables,
    icmp_types::ERRORS,
    outcome::{Outcome, Quoted},
    packet::{Frame, Link},
    protocol::{PROTOCOLS, Protocol},
    track::may_quote_data,
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

/// Packets that need more than counting: of a control connection or of FTP data, that begin or end a connection, and bytes
/// of a session that is inspected.
#[test]
fn a_segment_is_tracked_by_its_ports_flags_and_payload() {
    const FIN: u8 = 0x11;
    const SYN: u8 = 0x02;
    const SYN_ACK: u8 = 0x12;
    const RST: u8 = 0x04;
    const ACK: u8 = 0x10;
    const PUSH: u8 = 0x18;
    const OTHER: u16 = 40_000;
    const CONTROL: u16 = 21;
    const DATA: u16 = 20;
    const MAIL: u16 = 25;
    let tables = HostTables::default();
    for (port, flags, payload, tracked) in [
        (OTHER, ACK, 0, false),
        (OTHER, PUSH, 5, false),
        (OTHER, FIN, 0, false),
        (OTHER, SYN, 0, true),
        (OTHER, SYN_ACK, 0, true),
        (OTHER, RST, 0, true),
        (OTHER, RST | ACK, 0, true),
        (CONTROL, ACK, 0, true),
        (CONTROL, PUSH, 5, true),
        (CONTROL, FIN, 0, true),
        (CONTROL, SYN, 0, true),
        (DATA, ACK, 0, true),
        (DATA, PUSH, 5, true),
        (DATA, FIN, 0, true),
        (MAIL, ACK, 0, false),
        (MAIL, PUSH, 1, true),
        (MAIL, FIN, 0, true),
        (MAIL, SYN, 0, true),
    ] {
        for ports in [(CLIENT, port), (port, CLIENT)] {
            let frame = ethernet(ipv4(numbered(ports, flags, (1, 1), &vec![b'x'; payload])));
            let found = classify(frame.bytes(), Frame::on_wire(Link::Ethernet), &tables);
            assert_eq!(found.tracked.is_some(), tracked, "{ports:?}, flags {flags:#x}, {payload} bytes");
        }
    }
}

#[test]
fn a_datagram_is_tracked_if_flows_are_followed_and_it_has_no_protocol() {
    for follows_flows in [false, true] {
        let mut tables = HostTables::default();
        tables.follows_flows = follows_flows;
        for (packet, expected) in [(udp(CLIENT, 5353), follows_flows), (tcp(CLIENT, 5353), false)] {
            let found = classify(ethernet(ipv4(packet)).bytes(), Frame::on_wire(Link::Ethernet), &tables);
            assert_eq!(found.tracked.is_some(), expected);
        }
    }
}

/// The IP length says where a packet ends, whatever pads its frame.
#[test]
fn an_authentication_header_ends_within_its_packet() {
    let payload = || Layer::of(u16::from(carried::GRE), b"");
    for check in [4, 12, 40] {
        let header = 12 + check;
        let packet = |length: usize| {
            let [high, low] = u16::try_from(20 + length).expect("small").to_be_bytes();
            let packet = ipv4(authentication(check, payload())).with(2, &[high, low]).then(&[0; 60]);
            outcome(packet).class.protocol()
        };
        assert_eq!(packet(header), Protocol::IP_OTHER, "nothing but the header");
        assert_eq!(packet(header + 1), Protocol::IP_OTHER);
        assert_eq!(packet(header - 1), Protocol::MALFORMED);
        assert_eq!(packet(0), Protocol::MALFORMED);
    }
}

#[test]
fn a_quote_tells_its_error_and_its_protocol() {
    for (row, _) in (0..).zip(ERRORS) {
        for protocol in (0..PROTOCOLS).map(Protocol::from_index) {
            let quoted = Quoted::new(row, protocol);
            assert_eq!((quoted.error(), quoted.protocol()), (row, protocol));
            assert_eq!(Quoted::new(row, Protocol::SMTP).of_protocol(protocol), quoted);
        }
    }
}

#[test]
fn a_packed_outcome_may_concern_a_connection_if_it_is_tracked_or_has_a_quote() {
    let tables = fixtures::tables();
    let mut counts = [0_u32; 2];
    for (fixture, step) in
        fixtures::all().iter().flat_map(|one| one.steps.iter().map(move |step| (one, step)))
    {
        let outcome = classify(step.frame.as_slice(), Frame::on_wire(fixture.link), &tables);
        let may = outcome.tracked.is_some() || outcome.quoted.is_some();
        assert_eq!(Outcome::may_concern(outcome.pack()), may, "{}", fixture.name);
        counts[usize::from(may)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 30), "{counts:?}");
}

/// A learned port never overrides a fixed or a configured one.
#[test]
fn an_error_may_quote_ftp_data_by_the_ports_of_a_quoted_segment() {
    for (quoted, expected) in [
        (tcp(CLIENT, 40_000), true),
        (tcp(40_000, CLIENT), true),
        (tcp(CLIENT, 20), true),
        (tcp(20, CLIENT), true),
        (tcp(CLIENT, 21), false),
        (tcp(CLIENT, 25), false),
        (tcp(25, CLIENT), false),
        (udp(CLIENT, 40_000), false),
    ] {
        let found = outcome(ipv4(icmp(3, 3, ipv4(quoted).bytes())));
        assert_eq!(may_quote_data(&found), expected, "{found:?}");
    }
    assert!(!may_quote_data(&outcome(ipv4(icmp(8, 0, b"data")))), "no error");
    assert!(!may_quote_data(&outcome(ipv4(tcp(CLIENT, 40_000)))), "no message");
}

/// The frame is padded with the bytes that the quote lacks.
#[test]
fn ports_behind_the_end_of_a_quote_are_none() {
    let whole = ipv4(tcp(CLIENT, 25));
    for length in 0..=8 {
        let (quote, rest) = whole.bytes().split_at(20 + length);
        let frame = [ethernet(ipv4(icmp(3, 3, quote))).bytes(), rest].concat();
        let found = classify(&frame, Frame::on_wire(Link::Ethernet), &HostTables::default());
        let expected = if length < 4 { Protocol::MALFORMED } else { Protocol::SMTP };
        assert_eq!(found.quoted.map(Quoted::protocol), Some(expected), "{length} bytes");
    }
}
