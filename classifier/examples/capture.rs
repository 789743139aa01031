// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A capture of so many packets, for docs/pcap.md and for the fuzz target:
//! `cargo run --release -p classifier --example capture -- 10000000 big.pcap`.
//!
//! A pcap file of frames of 60 bytes, a microsecond apart: TCP to and from servers of SMTP and POP3, TCP that nobody
//! knows, UDP, by turns.

use std::{
    env,
    error::Error,
    fs::File,
    io::{BufWriter, Write},
};

use classifier_common::fixtures::layers::{Layer, ethernet, ipv4, tcp, udp};

/// Without a check sequence the shortest frame of an Ethernet.
const LENGTH: usize = 60;
const MICROSECONDS: u32 = 1_000_000;
/// Of the first packet, in seconds since 1970.
const START: u32 = 1_700_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [count, file] = &arguments[..] else { return Err("arguments: PACKETS FILE".into()) };
    let frames = frames();
    let mut out = BufWriter::new(File::create(file)?);
    out.write_all(&words([0xa1b2_c3d4, 4 << 16 | 2, 0, 0, 65_535, 1]))?;
    for (number, frame) in (0..count.parse()?).zip(frames.iter().cycle()) {
        let length = u32::try_from(frame.len())?;
        out.write_all(&words([START + number / MICROSECONDS, number % MICROSECONDS, length, length]))?;
        out.write_all(frame)?;
    }
    Ok(out.flush()?)
}

fn frames() -> Vec<Vec<u8>> {
    let upper: [Layer; 6] = [
        tcp(40_000, 25),
        tcp(25, 40_000),
        tcp(40_001, 110),
        tcp(110, 40_001),
        tcp(40_002, 8080),
        udp(40_003, 53),
    ];
    let frame = |upper| {
        let mut frame = ethernet(ipv4(upper)).bytes().to_vec();
        frame.resize(LENGTH, 0);
        frame
    };
    upper.into_iter().map(frame).collect()
}

/// In the byte order that the file's first word says.
fn words<const N: usize>(words: [u32; N]) -> Vec<u8> {
    words.map(u32::to_le_bytes).concat()
}
