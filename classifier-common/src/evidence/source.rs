// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A host, a network or the port of another service, with its number of observations.

use super::{Observation, Observed};
use crate::{address::Address, packet::Direction, protocol::Protocol};

/// Key of a count: a prefix or a port, and the kind of its observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct SourceKey {
    /// Prefix, with zeros behind its length; zeros for a service.
    prefix: Address,
    /// Packed fields, from the lowest byte: length of the prefix, or [`SERVICE`]; direction, protocol,
    /// observation; then two bytes with the port of a service.
    what: u64,
}

/// Stands for the length of a prefix in the key of a service.
const SERVICE: u8 = u8::MAX;

impl SourceKey {
    /// Creates a key from the result of [`Self::to_words`].
    #[inline(always)]
    #[must_use]
    pub const fn words([high, low, what]: [u64; 3]) -> Self {
        Self { prefix: Address::of_words([high, low]), what }
    }

    /// Returns the key in three words.
    #[inline(always)]
    #[must_use]
    pub const fn to_words(self) -> [u64; 3] {
        let [high, low] = self.prefix.to_words();
        [high, low, self.what]
    }

    /// Creates the key of the host alone: /32 or /128.
    #[inline(always)]
    #[must_use]
    pub const fn host(observed: &Observed) -> Self {
        let length = if observed.peer.is_v4() { 32 } else { 128 };
        Self { prefix: observed.peer, what: observed.what() | length }
    }

    /// Creates the key of the host's network: /24 or /64.
    #[inline(always)]
    #[must_use]
    pub const fn network(observed: &Observed) -> Self {
        let length = if observed.peer.is_v4() { 24 } else { 64 };
        Self { prefix: observed.peer.network(), what: observed.what() | length }
    }

    /// Creates the key of a service: its port, whatever the peer.
    #[inline(always)]
    #[must_use]
    pub const fn service(observed: &Observed) -> Self {
        Self { prefix: Address::of_words([0; 2]), what: observed.word() | SERVICE as u64 }
    }

    /// Returns whether the key is that of a service, not of a peer.
    #[inline(always)]
    #[must_use]
    pub const fn is_service(&self) -> bool {
        let [length, ..] = self.bytes();
        length == SERVICE
    }

    /// Returns the port of a service; 0 for a peer.
    #[must_use]
    pub const fn port(&self) -> u16 {
        let [_, _, _, _, low, high, ..] = self.what.to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    /// Returns whether the entry is a placeholder that only keeps a bucket's least count.
    #[must_use]
    pub fn is_nobodys(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the prefix: its address, and its length in its own IP version.
    #[must_use]
    pub const fn prefix(&self) -> (Address, u8) {
        let [length, ..] = self.bytes();
        (self.prefix, length)
    }

    /// Returns the direction of the observed packet.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        let [_, direction, ..] = self.bytes();
        Direction::from_raw(direction as u32)
    }

    /// Returns the protocol.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        let [_, _, protocol, _] = self.bytes();
        Protocol::from_index(protocol as usize)
    }

    /// Returns the observation; `None` for a number that this build does not know.
    #[must_use]
    pub fn observation(&self) -> Option<Observation> {
        Observation::ALL.get(usize::from(self.number())).copied()
    }

    /// Returns the number of the observation.
    #[inline(always)]
    pub(super) const fn number(&self) -> u8 {
        let [.., observation] = self.bytes();
        observation
    }

    /// Returns prefix length, direction, protocol and observation.
    #[inline(always)]
    const fn bytes(&self) -> [u8; 4] {
        let [length, direction, protocol, observation, ..] = self.what.to_le_bytes();
        [length, direction, protocol, observation]
    }

    /// Returns 1 if the keys differ, else 0. Free entries and placeholders never equal a key, because every
    /// key has a length.
    ///
    /// `hide` returns its argument unchanged, hidden from the compiler, which would compare word by word with a branch
    /// for each.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "a usize is asserted to have 64 bits")]
    pub(super) fn differs(&self, other: &Self, hide: impl Fn(usize) -> usize) -> u8 {
        const { assert!(size_of::<usize>() == size_of::<u64>()) };
        let ([high, low], [other_high, other_low]) = (self.prefix.to_words(), other.prefix.to_words());
        let words = [high ^ other_high, low ^ other_low, self.what ^ other.what];
        let [high, low, what] = words.map(|word| hide(word as usize) as u64);
        let bits = high | low | what;
        ((bits | bits.wrapping_neg()) >> 63) as u8
    }

    /// Mixes every bit into a number, whose upper half is mixed better.
    #[inline(always)]
    pub(super) const fn hash(&self) -> u64 {
        // Fibonacci hashing, after folding the lower half in.
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = self.prefix.mixed() ^ self.what.rotate_left(29);
        (mixed ^ mixed >> 32).wrapping_mul(GOLDEN)
    }
}

/// An entry of a bucket; free if it counts 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Source {
    /// Key of the count.
    pub key: SourceKey,
    /// Upper bound of the observations, at most [`Self::error`] too high.
    pub count: u64,
    /// Overcount: the count of other keys when this one replaced them.
    pub error: u64,
    /// Time of that replacement, in nanoseconds of the clock that the programs read.
    pub first: u64,
    /// Time of the last observation.
    pub last: u64,
}

const _: () = assert!(size_of::<Source>() == 56);
