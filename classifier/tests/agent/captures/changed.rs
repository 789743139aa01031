// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compressed captures that are damaged: the worst result is an error.

use std::io::Write as _;

use fastrand::Rng;
use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::{
    any_capture::classify,
    capture_files::{Captured, Order, pcap},
};

/// Output of the reference implementation, which uses more of the format than the other encoder: `zstd -19
/// --check` over the first 60 packets of `examples/capture.rs`.
const BY_ZSTD: &[u8] = include_bytes!("sixty-packets.pcap.zst");

/// Creates packets of different lengths, partly repetitive, partly random.
fn plain(random: &mut Rng) -> Vec<u8> {
    let packet = |number: u64| {
        let mut bytes = vec![0; random.usize(14..90)];
        random.fill(&mut bytes[14..]);
        Captured::whole(number * 1_000_000, bytes)
    };
    pcap(Order::Little, false, 1, &(0..60).map(packet).collect::<Vec<_>>())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

/// Damages a file: changes bytes, removes a piece, repeats a piece, or cuts the end.
fn change(random: &mut Rng, file: &mut Vec<u8>) {
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..file.len());
        let piece = at..(at + random.usize(1..20)).min(file.len());
        match random.u8(..8) {
            0 => drop(file.drain(piece)),
            1 => file.extend_from_within(piece),
            2 => file.truncate(at),
            3 => random.fill(&mut file[piece]),
            4 => file[at] ^= 1 << random.u8(..8),
            _ => file[at] = random.u8(..),
        }
        if file.is_empty() {
            return;
        }
    }
}

#[test]
fn a_whole_file_is_read_to_its_end_however_it_is_compressed() {
    let plain = plain(&mut Rng::with_seed(1));
    for file in [&gzip(&plain)[..], &compress_to_vec(&plain[..], CompressionLevel::Fastest), BY_ZSTD] {
        let (count, error) = classify(file);
        assert_eq!(count, 60, "{error:?}");
        assert!(error.is_none(), "{error:?}");
    }
}

#[test]
fn no_change_of_a_compressed_capture_is_more_than_an_error() {
    let mut random = Rng::with_seed(7);
    let plain = plain(&mut random);
    let files = [gzip(&plain), compress_to_vec(&plain[..], CompressionLevel::Fastest), BY_ZSTD.to_vec()];
    for file in files {
        let mut broken = 0;
        for _ in 0..CHANGES {
            let mut changed = file.clone();
            change(&mut random, &mut changed);
            broken += u32::from(classify(&changed).1.is_some());
        }
        assert!(broken > CHANGES / 2, "{broken}");
    }
}

/// Damaged copies of each file. The fuzz target continues from there.
const CHANGES: u32 = 400;
