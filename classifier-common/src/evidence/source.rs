//! A host or network, and how much was observed of it.

use super::{Observation, Observed};
use crate::{abi::Direction, endpoint::Address, protocol::Protocol};

/// What a count is of: a prefix, and what was observed of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct SourceKey {
    /// The prefix, zeros behind its length.
    prefix: Address,
    /// From the lowest byte on: bits of the prefix, direction, protocol, observation.
    what: u64,
}

impl SourceKey {
    /// Of what [`Self::to_words`] said.
    #[inline(always)]
    #[must_use]
    pub const fn words([high, low, what]: [u64; 3]) -> Self {
        Self { prefix: Address::words(high, low), what }
    }

    /// All of it, in three words.
    #[inline(always)]
    #[must_use]
    pub const fn to_words(self) -> [u64; 3] {
        let [high, low] = self.prefix.to_words();
        [high, low, self.what]
    }

    /// Of the host alone: /32 or /128.
    #[inline(always)]
    #[must_use]
    pub const fn host(observed: &Observed) -> Self {
        let length = if observed.peer.is_v4() { 32 } else { 128 };
        Self { prefix: observed.peer, what: observed.what() | length }
    }

    /// Of the network that it is in: /24 or /64.
    #[inline(always)]
    #[must_use]
    pub const fn network(observed: &Observed) -> Self {
        let length = if observed.peer.is_v4() { 24 } else { 64 };
        Self { prefix: observed.peer.network(), what: observed.what() | length }
    }

    /// Whether it is of nobody: a place that only keeps a set's least count.
    #[must_use]
    pub fn is_nobodys(&self) -> bool {
        *self == Self::default()
    }

    /// The prefix: its address, and the bits of it in its own family.
    #[must_use]
    pub const fn prefix(&self) -> (Address, u8) {
        let [length, ..] = self.bytes();
        (self.prefix, length)
    }

    /// Which way what was observed began.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        let [_, direction, ..] = self.bytes();
        Direction::from_raw(direction as u32)
    }

    /// Its protocol.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        let [_, _, protocol, _] = self.bytes();
        Protocol::from_index(protocol as usize)
    }

    /// What was observed; `None` for a number that this build does not know.
    #[must_use]
    pub fn observation(&self) -> Option<Observation> {
        Observation::ALL.get(usize::from(self.number())).copied()
    }

    /// Number of the observation.
    #[inline(always)]
    pub(super) const fn number(&self) -> u8 {
        let [.., observation] = self.bytes();
        observation
    }

    /// Bits of the prefix, direction, protocol and observation.
    #[inline(always)]
    const fn bytes(&self) -> [u8; 4] {
        let [length, direction, protocol, observation, ..] = self.what.to_le_bytes();
        [length, direction, protocol, observation]
    }

    /// 1 if it is another one, else 0. No place that is free, or nobody's, has a key that is asked for: each has a length.
    #[inline(always)]
    pub(super) const fn differs(&self, other: &Self) -> u8 {
        let ([high, low], [other_high, other_low]) = (self.prefix.to_words(), other.prefix.to_words());
        let bits = (high ^ other_high) | (low ^ other_low) | (self.what ^ other.what);
        ((bits | bits.wrapping_neg()) >> 63) as u8
    }

    /// A number in which every bit has a part, the upper half the better mixed one.
    #[inline(always)]
    pub(super) const fn hash(&self) -> u64 {
        // Fibonacci hashing, with the lower half folded in first.
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = self.prefix.mixed() ^ self.what.rotate_left(29);
        (mixed ^ mixed >> 32).wrapping_mul(GOLDEN)
    }
}

/// A place for a source: free where it counts 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Source {
    /// What is counted.
    pub key: SourceKey,
    /// At least as much as was observed, and at most [`Self::error`] more.
    pub count: u64,
    /// What the place had counted of others when it was taken over.
    pub error: u64,
    /// When it was taken over, in nanoseconds of the clock that the programs read.
    pub first: u64,
    /// When the last was observed.
    pub last: u64,
}

const _: () = assert!(size_of::<Source>() == 56);
