// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Entries of the endpoint table, found by addresses and port.

use core::mem::offset_of;

use super::PackedEndpoint;
use crate::address::Address;
use crate::table::{Bucket, Entry, hash};

/// First port that is announced: no system port (RFC 6335 §6), which data connections never use.
pub const FIRST_PORT: u16 = 1024;

/// Entries in a bucket of the endpoint table.
pub const WAYS: usize = 4;
/// Buckets of the endpoint table.
pub const BUCKETS: usize = 16_384;

/// Key of an expected data connection: its destination host and port, and its source host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct ExpectKey {
    /// Host that announced the port.
    pub address: Address,
    /// Host at the other end of the control connection.
    pub peer: Address,
    /// The port, in host order.
    pub port: u16,
}

/// An announced port, as kernel and agent share it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Endpoint {
    /// Host that announced the port.
    pub address: Address,
    /// Host that may connect to the port.
    pub peer: Address,
    /// Port and state of the connection.
    pub word: PackedEndpoint,
    /// Time of the last change of state, or of the last packet of a closed connection, in nanoseconds of the
    /// kernel's monotonic clock.
    pub since: u64,
    /// Identifier of the control connection; see [`crate::abi`].
    pub session: u64,
    /// Number of the last foreign SYN between the connection's ports, plus one; 0 for none.
    pub rival: u64,
}

impl Entry for Endpoint {
    type Word = PackedEndpoint;
    type Key = ExpectKey;
    const WORD: usize = offset_of!(Self, word);

    #[inline(always)]
    fn word_mut(&mut self) -> &mut PackedEndpoint {
        &mut self.word
    }

    /// The port is in the word, which callers compare first.
    #[inline(always)]
    fn is_of(&self, key: &ExpectKey) -> bool {
        self.address == key.address && self.peer == key.peer
    }
}

/// A bucket of the endpoint table, with a clock and the port table.
pub trait EndpointBucket {
    /// Type of the bucket.
    type Bucket: Bucket<Entry = Endpoint>;

    /// Returns the bucket.
    fn bucket(&self) -> &Self::Bucket;

    /// Returns the time, in nanoseconds of the kernel's monotonic clock.
    fn now(&self) -> u64;

    /// Counts one more endpoint in the port's entry of the port table, before the endpoint can be found.
    fn port_taken(&self, port: u16);

    /// Counts one endpoint less in the port's entry of the port table.
    fn port_left(&self, port: u16);

    /// Replaces `old` by `new`, and stores the time first: a CPU that reads `new` also reads its time.
    #[inline(always)]
    fn change(&self, way: usize, old: PackedEndpoint, new: PackedEndpoint) -> bool {
        self.touch(way);
        self.bucket().replace(way, old, new)
    }

    /// Stores the time in an entry.
    #[inline(always)]
    fn touch(&self, way: usize) {
        let now = self.now();
        self.bucket().update(way, |endpoint| endpoint.since = now);
    }
}

/// Returns the slot of an entry: its number in the table, from 1. No entry has slot 0.
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "there are 65,536 entries")]
pub const fn slot(bucket: usize, way: usize) -> u32 {
    (bucket * WAYS + way + 1) as u32
}

/// Returns the bucket and the way of a slot.
#[inline(always)]
#[must_use]
pub const fn position(slot: u32) -> (usize, usize) {
    let entry = slot.wrapping_sub(1) as usize;
    (entry / WAYS % BUCKETS, entry % WAYS)
}

/// Returns the bucket of an announced port.
#[inline(always)]
#[must_use]
pub const fn bucket_of(key: &ExpectKey) -> usize {
    let ends = hash::hosts(key.address, key.peer) ^ (key.port as u64).rotate_left(48);
    hash::bucket(hash::spread(ends), BUCKETS)
}
