// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel enforces the rulesets of `classifier report`.

mod conversations;
mod datagrams;
mod enforced;
mod frontends;
mod generated;
mod guarded;
mod howto;
mod logged_in;
mod never_seen;
mod roll_back;
mod rulesets;
mod scene;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
