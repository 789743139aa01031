// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A long day: real FTP and mail servers, hundreds of sessions at a time, interfaces that come and go, floods, two
//! Prometheus servers, reloads, and an agent that is killed and upgraded. Every round the counters are compared with a
//! capture, and at the end everything is as at the beginning.
//!
//! `cargo xtask soak --for 1h` runs it; it is no part of the suite.
#![expect(clippy::print_stdout, reason = "an hour is long: each round is reported")]

mod compare;
#[path = "../support/counts.rs"]
mod counts;
mod day;
mod flood;
mod links;
mod load;
mod mail;
#[expect(dead_code, reason = "sessions stay open, which other tests wait for")]
#[path = "../support/network.rs"]
mod network;
mod operator;
#[path = "../support/other_layout.rs"]
mod other_layout;
mod remains;
mod scene;
mod session;
#[expect(dead_code, reason = "other tests have decoys, and count at several places")]
#[path = "../support/truth.rs"]
mod truth;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

#[test]
#[ignore = "it takes as long as it is told to: cargo xtask soak"]
fn every_packet_is_counted_and_nothing_is_left() {
    let seconds = std::env::var("CLASSIFIER_SOAK_SECONDS").map_or(120, |text| text.parse().expect("seconds"));
    println!("{}", day::live(std::time::Duration::from_secs(seconds)));
}
