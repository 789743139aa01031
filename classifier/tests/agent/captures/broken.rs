// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Broken files, and files that are no captures.

use std::io::{Cursor, Write as _};

use classifier::{
    config::FtpSettings,
    offline::{Engine, Fault, Packets},
};

use flate2::{Compression, write::GzEncoder};

use super::command::{TempFile, command, fed};
use crate::capture_files::{Captured, Order, PcapNg, pcap};

fn assert_fails(file: &[u8], lines: &str, parts: &[&str]) {
    let output = fed(&["--packets", "-"], file);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), lines, "what could be read");
    assert!(said.starts_with("classifier: `-`") && said.lines().count() == 1, "{said}");
    assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} in: {said}");
}

fn packets() -> Vec<Captured> {
    vec![Captured::whole(1_000_000, [0; 60]), Captured::whole(2_000_000, [0; 61])]
}

fn pcapng() -> Vec<u8> {
    let file = PcapNg::new(Order::Big).interface(1, 0, &[(9, &[9])]).block(4, &[0; 8]);
    file.packet(0, 1000, 60, &[0; 60]).packet(0, 2000, 61, &[0; 61]).file
}

#[test]
fn what_is_no_capture_is_said_with_its_first_bytes() {
    for (file, parts) in [
        (&b""[..], &["is empty", "give a pcap or pcapng file"][..]),
        (b"\x7fELF....", &["is not a capture: its first bytes are 7f 45 4c 46"]),
        (b"abc", &["is not a capture", "61 62 63"]),
        (b"BZh9....", &["is compressed by bzip2", "decompress it"]),
        (&[0xfd, b'7', b'z', b'X', b'Z', 0, 0], &["is compressed by xz"]),
        (&[0x1f, 0x8b, 8, 0], &["is truncated"]),
        (&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0], &["is truncated"]),
        (&[0xa1, 0xb2, 0xcd, 0x34, 0, 2, 0, 4], &["is truncated"]),
        (
            &[0xa1, 0xb2, 0xcd, 0x34, 0, 9, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            &["has version 9.4"],
        ),
        (
            &[0xd4, 0xc3, 0xb2, 0xa1, 9, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
            &["has version 9.4"],
        ),
    ] {
        assert_fails(file, "", parts);
    }
}

#[test]
fn what_is_behind_gzip_is_zeros_or_said() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&pcap(Order::Little, false, 1, &packets())).expect("into memory");
    let file = encoder.finish().expect("into memory");
    let lines = "1\tnon_ip\tnone\n2\tnon_ip\tnone\n";
    for behind in [&b"garbage"[..], b"\0\0\0x", &[&vec![0; 70_000][..], b"\x1f\x8b"].concat(), b"\x1f\x8bx"] {
        let gzip = [&file, behind].concat();
        assert_fails(&gzip, lines, &[if behind[0] == 0x1f { "truncated" } else { "neither gzip nor zeros" }]);
    }
}

#[test]
fn what_is_not_there_is_one_line_and_the_other_files_are_read() {
    let file = TempFile::new(&pcap(Order::Little, false, 1, &packets()));
    let output = command(&["--packets", "/nowhere/a.pcap", file.name(), "/"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\tnon_ip\tnone\n2\tnon_ip\tnone\n");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot open `/nowhere/a.pcap`: No such file or directory"), "{said}");
    assert!(said.contains("`/` cannot be read: Is a directory") && said.lines().count() == 2, "{said}");
}

#[test]
fn a_cut_file_is_read_up_to_the_packet_that_is_cut() {
    let one = "1\tnon_ip\tnone\n";
    let file = pcap(Order::Little, false, 1, &packets());
    assert_fails(
        &file[..file.len() - 1],
        one,
        &["packet 2, at byte 100, is truncated; the packets before it are counted"],
    );
    assert_fails(&file[..101], one, &["packet 2, at byte 100, is truncated"]);
    let file = pcapng();
    let second = file.len() - 96;
    let cut = format!("packet 2, at byte {second}, is truncated");
    assert_fails(&file[..file.len() - 1], one, &[&cut]);
}

#[test]
fn lengths_that_cannot_be_are_corruption() {
    let one = "1\tnon_ip\tnone\n";
    let mut file = pcap(Order::Little, false, 1, &packets());
    file[108..112].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_fails(&file, one, &["packet 2, at byte 100, is corrupt: a packet of 4294967295 bytes"]);
    let mut file = pcapng();
    let end = file.len() - 1;
    file[end] ^= 1;
    assert_fails(&file, one, &["packet 2", "is corrupt: a block's two lengths differ"]);
    let file = PcapNg::new(Order::Little).packet(0, 0, 4, &[0; 4]).file;
    assert_fails(&file, "", &["packet 1, at byte 28, is corrupt: a packet of no interface"]);
}

#[test]
fn other_link_types_are_named_and_the_rest_is_counted() {
    let file = PcapNg::new(Order::Little).interface(105, 0, &[]).interface(1, 0, &[]);
    let file = file
        .packet(1, 1, 60, &[0; 60])
        .packet(0, 2, 60, &[0; 60])
        .packet(1, 3, 60, &[0; 60])
        .packet(0, 4, 9, &[0; 9]);
    let lines = "1\tnon_ip\tnone\n3\tnon_ip\tnone\n";
    assert_fails(
        &file.file,
        lines,
        &["packet 2 has link type 105 (IEEE 802.11)", "2 packets of unsupported link types are not counted"],
    );
}

fn engine() -> Engine {
    Engine::new(&FtpSettings::default(), &[])
}

/// Classifies the readable packets; `None` if the file is whole.
fn read(engine: &mut Engine, file: Vec<u8>) -> Option<Fault> {
    let mut packets = match Packets::of(Box::new(Cursor::new(file))) {
        Ok(packets) => packets,
        Err(fault) => return Some(fault),
    };
    loop {
        match packets.next_packet() {
            Ok(Some(packet)) => drop(engine.classify(&packet)),
            Ok(None) => return None,
            Err(broken) => return Some(broken.fault),
        }
    }
}

#[test]
fn a_capture_cut_at_any_byte_is_whole_or_cut_and_never_anything_else() {
    let mut engine = engine();
    for file in [pcap(Order::Big, true, 113, &packets()), pcapng()] {
        let mut whole = 0;
        for length in 0..=file.len() {
            match read(&mut engine, file[..length].to_vec()) {
                None => whole += 1,
                Some(Fault::Cut | Fault::Empty | Fault::Unknown(_)) => {}
                Some(other) => panic!("at {length}: {other}"),
            }
        }
        assert!((3..=5).contains(&whole), "{whole}");
    }
}

#[test]
fn no_change_of_a_capture_is_more_than_an_error() {
    let (mut random, mut engine) = (fastrand::Rng::with_seed(7), engine());
    let mut faults = 0;
    for file in [pcap(Order::Little, false, 276, &packets()), pcapng()] {
        for at in 0..file.len() {
            for value in [0xff, random.u8(..)] {
                let mut changed = file.clone();
                changed[at] = value;
                faults += usize::from(read(&mut engine, changed).is_some());
            }
        }
        for _ in 0..300 {
            let mut changed = file.clone();
            for _ in 0..random.usize(1..8) {
                let at = random.usize(..changed.len());
                changed[at] = random.u8(..);
            }
            changed.truncate(random.usize(1..=file.len()));
            faults += usize::from(read(&mut engine, changed).is_some());
        }
    }
    assert!(faults > 300, "{faults}");
}
