// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The same packets in every format have the same output.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
    slice::from_ref,
};

use classifier::{
    config::FtpSettings,
    offline::{Engine, Packets},
};
use classifier_common::{
    fixtures::{self, CONFIGURED_PORTS, Counted, Fixture},
    packet::Link,
    ports::Transport,
    protocol::{CONFIGURED_MAX, Protocol},
};
use flate2::{Compression, write::GzEncoder};

use super::command::{TempFile, assert_same, command, written};
use crate::capture_files::{Captured, Order, PcapNg, pcap};

const ETHERNET: u32 = 1;
const RAW: u32 = 101;
const START: u64 = 1_700_000_000_000_000_000;

/// Lists the fixtures, without packets of length 0: in a capture they end with their frame.
fn fixtures_of_captures() -> impl Iterator<Item = Fixture> {
    fixtures::all().into_iter().filter(|fixture| !fixture.name.contains("length of 0"))
}

/// Lists frames of fixtures that do not match each other's fragments.
fn steps(link: Link) -> Vec<(Vec<u8>, Counted)> {
    let all = fixtures_of_captures();
    let plain = all.filter(|fixture| fixture.link == link && !fixture.name.contains("fragment"));
    plain.flat_map(|fixture| fixture.steps).map(|step| (step.frame, step.expected)).collect()
}

/// Writes the configuration of the fixtures: 32 names, of which they know the first two and the last.
fn configuration() -> String {
    let names =
        (0..CONFIGURED_MAX).map(|nth| (Protocol::configured(nth).expect("so many"), format!("name{nth}")));
    let mut text = String::new();
    for (protocol, name) in names.chain([(Protocol::SMTP, "smtp".to_owned())]) {
        let known = CONFIGURED_PORTS.iter().filter(|port| port.protocol == protocol);
        let mut ports: Vec<_> = known.map(|port| (port.transport, port.port)).collect();
        if ports.is_empty() {
            ports.push((Transport::Udp, 61_000 + u16::try_from(protocol.index()).expect("a row")));
        }
        for (transport, port) in ports {
            let transport = if transport == Transport::Tcp { "tcp" } else { "udp" };
            text.extend(["[[port]]\nprotocol = \"", &name, "\"\ntransport = \"", transport, "\"\n"]);
            text.extend(["ports = [", &port.to_string(), "]\n"]);
        }
    }
    text
}

fn label(protocol: Protocol) -> String {
    protocol.fixed_label().map_or_else(|| format!("name{}", protocol.index() - 32), ToOwned::to_owned)
}

/// Gives frames times, a microsecond apart.
fn captured(frames: impl Iterator<Item = Vec<u8>>) -> Vec<Captured> {
    (0..).zip(frames).map(|(number, frame)| Captured::whole(START + number * 1000, frame)).collect()
}

fn lines(steps: &[(Vec<u8>, Counted)]) -> String {
    let line = |(number, (_, verdict)): (usize, &(Vec<u8>, Counted))| {
        format!("{}\t{}\t{}\n", number + 1, label(verdict.protocol), verdict.role.label())
    };
    steps.iter().enumerate().map(line).collect()
}

fn pcapng(order: Order, link: u16, resolution: u8, packets: &[Captured]) -> Vec<u8> {
    let options: &[(u16, &[u8])] = if resolution == 6 { &[] } else { &[(9, &[resolution])] };
    let mut file = PcapNg::new(order).interface(link, 0, options);
    for Captured { time, wire, bytes } in packets {
        let units = match resolution {
            6 => time / 1000,
            9 => *time,
            _ => time / 1_000_000_000,
        };
        file = file.packet(0, units, *wire, bytes);
    }
    file.file
}

/// Writes Kuznetzov's format: a magic of its own, and each packet's interface, protocol and type after its
/// lengths.
fn modified_pcap(order: Order, packets: &[Captured]) -> Vec<u8> {
    const HEADER: usize = 24;
    let mut file = pcap(order, false, ETHERNET, &[]);
    file[..4].copy_from_slice(&order.word(0xa1b2_cd34));
    for packet in packets {
        let alone = pcap(order, false, ETHERNET, from_ref(packet));
        let (header, bytes) = alone[HEADER..].split_at(16);
        file.extend([header, &order.word(2), &order.half(0x0800), &[0, 0], bytes].concat());
    }
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn every_format_and_compression_holds_the_same_packets() {
    let steps = steps(Link::Ethernet);
    assert!(steps.len() > 300, "{}", steps.len());
    let packets = captured(steps.iter().map(|(frame, _)| frame.clone()));
    let expected = lines(&steps);
    let configuration = TempFile::new(configuration().as_bytes());
    let table = written(&["-c", configuration.name()], &pcap(Order::Little, false, ETHERNET, &packets));
    let mut files = BTreeMap::new();
    for order in [Order::Little, Order::Big] {
        for nanoseconds in [false, true] {
            files.insert(
                format!("pcap {order:?} {nanoseconds}"),
                pcap(order, nanoseconds, ETHERNET, &packets),
            );
        }
        files.insert(format!("modified pcap {order:?}"), modified_pcap(order, &packets));
        for resolution in [0, 6, 9] {
            files.insert(format!("pcapng {order:?} {resolution}"), pcapng(order, 1, resolution, &packets));
        }
    }
    let plain = pcap(Order::Big, true, ETHERNET, &packets);
    let (first, second) = plain.split_at(plain.len() / 2);
    files.insert("gzip".into(), gzip(&plain));
    files.insert("gzip, two members".into(), [gzip(first), gzip(second)].concat());
    for zeros in [1, 511, 100_000] {
        files.insert(format!("gzip and {zeros} zeros"), [gzip(&plain), vec![0; zeros]].concat());
    }
    files.insert("zstd".into(), zstd(&plain));
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    files.insert(
        "zstd, two frames and a skipped one".into(),
        [&skipped[..], &zstd(first), &zstd(second)].concat(),
    );
    for (name, file) in &files {
        assert_same(name, &written(&["-c", configuration.name(), "--packets"], file), &expected);
        assert_same(name, &written(&["-c", configuration.name()], file), &table);
        let on_disk = TempFile::new(file);
        let output =
            command(&["-c", configuration.name(), "--packets", on_disk.name()]).output().expect("it starts");
        assert_same(name, &String::from_utf8_lossy(&output.stdout), &expected);
    }
}

/// A capture of 61 bytes: enhanced packets and obsolete ones, with options of interface and packet.
#[test]
fn the_check_sequence_is_as_long_as_the_packet_says_else_as_its_interface() {
    const PACKET: [u8; 61] = [0; 61];
    for order in [Order::Little, Order::Big] {
        for (kind, interface, own, expected) in [
            (6, 4, None, 57),
            (6, 4, Some(2), 59),
            (6, 4, Some(0), 57),
            (6, 0, Some(4), 57),
            (2, 0, Some(4), 57),
            (2, 4, Some(15), 46),
        ] {
            let words = [0, 0, 0, 61, 61].map(|number| order.word(number));
            // A comment comes before the flags.
            let comment = [&order.half(1)[..], &order.half(3), b"abc\0"].concat();
            let flags =
                |bytes: u32| [&order.half(2)[..], &order.half(4), &order.word(bytes << 5 | 1)].concat();
            let options = own.map(|bytes| [comment, flags(bytes), vec![0; 4]].concat()).unwrap_or_default();
            let body = [words.as_flattened(), &PACKET, &[0; 3], &options].concat();
            let file = PcapNg::new(order).interface(1, 0, &[(13, &[8 * interface])]).block(kind, &body);
            let mut capture = Packets::of(Box::new(Cursor::new(file.file))).expect("a capture");
            let packet = capture.next_packet().expect("it is whole").expect("it is there");
            let said = (packet.wire, packet.bytes.len());
            assert_eq!(said, (expected, expected as usize), "{order:?} {kind} {interface} {own:?}");
        }
    }
}

#[test]
fn packets_that_begin_with_an_ip_header_are_what_they_are_on_such_an_interface() {
    let steps = steps(Link::RawIp);
    assert!(!steps.is_empty());
    let packets = captured(steps.iter().map(|(frame, _)| frame.clone()));
    for link in [12, RAW] {
        let file = pcap(Order::Little, false, link, &packets);
        assert_same(&link.to_string(), &written(&["--packets"], &file), &lines(&steps));
    }
}

#[test]
fn every_fixture_counts_in_a_capture_what_it_says() {
    let mut packets = 0;
    for fixture in fixtures_of_captures() {
        let link = if fixture.link == Link::Ethernet { ETHERNET } else { RAW };
        let frames = captured(fixture.steps.iter().map(|step| step.frame.clone()));
        let file = pcap(Order::Big, false, link, &frames);
        let mut engine = Engine::new(&FtpSettings::default(), &CONFIGURED_PORTS);
        let mut capture = Packets::of(Box::new(Cursor::new(file))).expect("a capture");
        for step in &fixture.steps {
            let packet = capture.next_packet().expect("it is whole").expect("it is there");
            engine.classify(&packet).expect("a known link type");
            let verdict = Counted::of_one_packet(&engine.take_counters());
            assert_eq!(verdict, Some(step.expected), "{}", fixture.name);
            packets += 1;
        }
        assert!(capture.next_packet().expect("it is whole").is_none());
    }
    assert!(packets > 400, "{packets}");
}
