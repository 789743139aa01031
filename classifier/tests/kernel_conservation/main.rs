// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every frame is counted once, and alike by every program and by the userspace build.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy takes only functions that are marked for tests"
)]

#[expect(dead_code, reason = "flags are not compared here")]
#[path = "../support/counts.rs"]
mod counts;
mod ethernet;
mod frames;
mod layer3;
mod raw_ip;
#[path = "../support/seen.rs"]
mod seen;
mod tunnels;
