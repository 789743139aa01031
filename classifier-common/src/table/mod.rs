// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A set-associative hash table in memory shared by kernel, agent and tests.
//!
//! A key's hash selects its bucket, which has a few ways with one entry each. The state of an entry is one
//! word, changed by compare-and-exchange only: of two CPUs that see the same packet, one makes the change.
//! Other fields are written while the entry is claimed, and stay constant until it is free again.

mod bucket;
pub mod hash;
#[cfg(any(test, feature = "host"))]
mod memory;
#[cfg(test)]
mod race_tests;
pub mod recent;

pub use self::bucket::{Bucket, Entry};
#[cfg(any(test, feature = "host"))]
pub use self::memory::{MemoryBucket, MemoryTable};
