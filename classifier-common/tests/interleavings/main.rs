// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every order of the steps of two CPUs and the agent in the bucketed tables, by `loom`: `cargo xtask loom`.
//!
//! The code under test is that of the kernel and of the agent: it is generic over its memory, and here every access
//! to an entry is a step of its own. A write of an entry is two steps, and so is a copy, so that readers meet half of an
//! entry. Steps are sequentially consistent.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod connections;
mod endpoints;
mod recent;
mod shared;
