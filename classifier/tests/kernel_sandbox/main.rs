// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent has few privileges: it works in its sandbox, and cannot do what it gave up.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod attaching;
mod fork;
mod held;
mod inside;
mod ordinary_user;
mod promises;
mod trials;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
