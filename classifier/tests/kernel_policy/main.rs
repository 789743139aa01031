// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Dry run of a firewall policy in the kernel: its decisions equal a firewall's, and nothing else changes.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod agreement;
#[path = "../support/as_run.rs"]
mod as_run;
mod enforced;
mod nft;
mod off;
mod reloaded;
mod restarted;
mod scene;
mod traffic;
