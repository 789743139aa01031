// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packed state of a connection.

use crate::{packet::Direction, protocol::Protocol};

/// State of a connection. The entry with the smaller number is evicted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ConnState {
    /// No connection.
    Free = 0,
    /// The outcome is counted, and the entry lingers.
    Finished = 1,
    /// A SYN was seen, and no outcome yet.
    Pending = 2,
    /// Established, of a protocol with followed sessions. The client has sent nothing yet.
    Quiet = 3,
    /// The client has sent data that decides nothing.
    Talking = 4,
    /// The client has asked for TLS.
    Asked = 5,
    /// The entry is being filled.
    Claimed = 6,
}

/// Packed state of a connection: its SYN, its state, and enough of its ends to distinguish entries of a
/// bucket.
///
/// | bits | hold |
/// | --- | --- |
/// | 0–31 | sequence number of the SYN |
/// | 32–39 | [`ConnState`] |
/// | 40–45 | [`Protocol::index`] |
/// | 46 | [`Direction`] of the SYN |
/// | 47 | 0 |
/// | 48–63 | lowest bits of the hash of its ends |
///
/// All zero is a free entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct PackedConnection(u64);

/// Bits of the direction and the hash.
const ENDS: u64 = 0xffff_4000 << 32;

impl From<PackedConnection> for u64 {
    #[inline(always)]
    fn from(word: PackedConnection) -> Self {
        word.0
    }
}

impl PackedConnection {
    /// A free entry.
    pub const FREE: Self = Self(0);

    /// Creates the state of a connection with a SYN of this number; `hash` is that of its ends.
    #[inline(always)]
    #[must_use]
    pub const fn pending(number: u32, protocol: Protocol, direction: Direction, hash: u64) -> Self {
        let ends = (direction as u64) << 46 | (hash & 0xffff) << 48;
        Self(number as u64 | (ConnState::Pending as u64) << 32 | (protocol.index() as u64) << 40 | ends)
    }

    /// Returns the sequence number of the SYN.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }

    /// Returns the state.
    #[inline(always)]
    #[must_use]
    pub const fn state(self) -> ConnState {
        match self.0 >> 32 & 0xff {
            1 => ConnState::Finished,
            2 => ConnState::Pending,
            3 => ConnState::Quiet,
            4 => ConnState::Talking,
            5 => ConnState::Asked,
            6 => ConnState::Claimed,
            _ => ConnState::Free,
        }
    }

    /// Returns the eviction rank; the lowest of a bucket is evicted. Free entries come first, then finished,
    /// pending and followed ones, each by silence (`age`), then those being filled.
    #[inline(always)]
    #[must_use]
    pub(super) const fn rank(self, age: u32) -> u64 {
        self.0 & 0xff << 32 | (u32::MAX - age) as u64
    }

    /// Returns the number of the state.
    #[inline(always)]
    pub(super) const fn state_number(self) -> u32 {
        (self.0 >> 32 & 0xff) as u32
    }

    /// Returns the protocol.
    #[inline(always)]
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        Protocol::from_index((self.0 >> 40) as usize)
    }

    /// Returns the direction of the SYN.
    #[inline(always)]
    #[must_use]
    pub const fn direction(self) -> Direction {
        Direction::from_raw((self.0 >> 46 & 1) as u32)
    }

    /// Returns whether the ends and direction may equal another's; a free entry equals none.
    #[inline(always)]
    #[must_use]
    pub const fn is_like(self, other: Self) -> bool {
        (self.0 ^ other.0) & ENDS == 0 && self.0 != 0
    }

    /// Returns the lowest bits of the ends' hash.
    #[inline(always)]
    #[must_use]
    pub(super) const fn tag(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Returns whether the lowest bits of the ends' hash match.
    #[inline(always)]
    #[must_use]
    pub(super) const fn has_hash(self, hash: u64) -> bool {
        self.0 >> 48 == hash & 0xffff
    }

    /// Returns whether the outcome is unknown.
    #[inline(always)]
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self.state(), ConnState::Pending)
    }

    /// Returns whether the session is followed.
    #[inline(always)]
    #[must_use]
    pub const fn is_followed(self) -> bool {
        matches!(self.state(), ConnState::Quiet | ConnState::Talking | ConnState::Asked)
    }

    /// Returns a copy in another state.
    #[inline(always)]
    #[must_use]
    pub const fn in_state(self, state: ConnState) -> Self {
        self.in_state_number(state as usize)
    }

    /// Returns a copy in the state with this number.
    #[inline(always)]
    #[must_use]
    pub(super) const fn in_state_number(self, state: usize) -> Self {
        Self(self.0 & !(0xff << 32) | (state as u64) << 32)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
