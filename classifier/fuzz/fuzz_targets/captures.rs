// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Any bytes as a capture file: pcap, pcapng, and either compressed by gzip or zstd.
//!
//! The input is the file. `examples/capture.rs` writes one to begin with.
#![no_main]

#[path = "../../tests/support/any_capture.rs"]
mod any_capture;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let _ = any_capture::classify(file);
});
