// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent's half of the FTP tracking on the real kernel: out-of-order segments, expired entries, and
//! attacks.
//!
//! Frames are made by hand and put on a veth pair, whose ends are a client's host and a server's: egress of
//! one is ingress of the other.

mod actively;
mod attacked;
mod bounded;
#[path = "../support/counts.rs"]
mod counts;
mod crowded;
mod flood;
mod lifetimes;
mod long_segments;
mod one_way;
mod out_of_order;
mod reserved;
mod sessions;
#[expect(dead_code, reason = "other tests have decoys, and moments between which they count")]
#[path = "../support/truth.rs"]
mod truth;
mod watched;
mod wire;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
