// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Entries of the connection table, found by the ends of a connection.

use core::mem::offset_of;

use super::{FlowKey, PackedConnection};
use crate::{
    address::Address,
    table::{Entry, hash},
};

/// Entries in a bucket of the connection table. With this many, a half-full table evicts next to nothing.
pub const WAYS: usize = 16;

/// Way that stands for no entry.
pub(super) const NONE: usize = WAYS;
/// Buckets of the connection table.
pub const BUCKETS: usize = 1024;
/// Entries of the connection table.
pub const ENTRIES: usize = BUCKETS * WAYS;

/// Time limit of an answer in nanoseconds: 10 s, which covers four SYNs of Linux (after 0, 1, 3 and 7 s).
pub const TIMEOUT: u64 = 10_000_000_000;

/// Time that an entry lingers after the last packet of its connection, in nanoseconds: longer than the 64 s
/// between Linux' last SYN and its timeout.
pub const LINGER: u64 = 65_000_000_000;

/// Silence in nanoseconds after which a session without a known state has ended: a quarter of an hour. RFC
/// 5321 §4.5.3.2 gives no command more than ten minutes.
pub const IDLE: u64 = 900_000_000_000;

/// A connection: an entry of 64 bytes, 1 MiB in all.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Connection {
    /// Address of the client, which sent the SYN.
    pub client: Address,
    /// Address of the server.
    pub server: Address,
    /// State and sequence number of the SYN.
    pub word: PackedConnection,
    /// Time of the first SYN, in nanoseconds of the kernel's monotonic clock.
    pub since: u64,
    /// Time of the connection's last packet, in units of 2²⁰ ns; wraps.
    pub seen: u32,
    /// Bytes that the client has sent behind its SYN, as far as seen. The first value counts the SYN's own
    /// data (RFC 7413), which the answer may acknowledge.
    pub sent: u32,
    /// Port of the client, in host order.
    pub client_port: u16,
    /// Port of the server, in host order.
    pub server_port: u16,
    /// Index of the interface that saw the SYN, on which the connection is counted.
    pub interface: u32,
}

const _: () = assert!(size_of::<Connection>() == 64);

impl Entry for Connection {
    type Word = PackedConnection;
    type Key = FlowKey;
    const WORD: usize = offset_of!(Self, word);

    #[inline(always)]
    fn word_mut(&mut self) -> &mut PackedConnection {
        &mut self.word
    }

    #[inline(always)]
    fn is_of(&self, key: &FlowKey) -> bool {
        let Self { client, server, client_port, server_port, .. } = *self;
        FlowKey { client, server, client_port, server_port, reserved: 0 } == *key
    }
}

/// Returns the units of [`Connection::seen`] from `seen` to `now`, which is in nanoseconds.
#[inline(always)]
pub(super) const fn units_since(seen: u32, now: u64) -> u32 {
    units(now).wrapping_sub(seen)
}

/// Returns whether this many nanoseconds have passed since `seen`.
#[inline(always)]
pub(super) const fn is_past(seen: u32, now: u64, nanoseconds: u64) -> bool {
    units_since(seen, now) as u64 >= nanoseconds >> 20
}

/// Converts a time in nanoseconds to the units of [`Connection::seen`].
#[inline(always)]
#[must_use]
pub const fn units(now: u64) -> u32 {
    (now >> 20 & 0xffff_ffff) as u32
}

/// Hashes all ends. The upper bits select the bucket, and the lowest sixteen distinguish entries in it.
#[inline(always)]
pub(super) const fn hash_of(key: &FlowKey) -> u64 {
    hash::ends(key.client, key.server, key.client_port as u64 | (key.server_port as u64) << 16)
}

/// Returns the tag of an entry whose ends have this hash.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are kept")]
pub(super) const fn tag_of(hash: u64) -> u16 {
    hash as u16
}

/// Returns the bucket of a connection.
#[inline(always)]
#[must_use]
pub const fn bucket_of(key: &FlowKey) -> usize {
    hash::bucket(hash_of(key), BUCKETS)
}

/// Returns the number of an entry in the whole table.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "there are 16,384 entries")]
pub(super) const fn entry_of(key: &FlowKey, way: usize) -> u32 {
    (bucket_of(key) * WAYS + way) as u32
}
