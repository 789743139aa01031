//! A policy as the programs read it: two in one map value, of which one applies.

use super::{RULES, facts::State};
use crate::{abi::Direction, protocol::CLASSES};

/// Set in [`Rule::flags`] of a rule that drops.
pub const DROPS: u32 = 1;

/// Set in [`Rule::flags`] of a rule that matches within a rate alone.
pub const LIMITED: u32 = 2;

/// What becomes of a packet that a rule decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Rule {
    /// Its row in the counters, below [`super::ROWS`].
    pub row: u32,
    /// [`DROPS`] and [`LIMITED`].
    pub flags: u32,
    /// As in [`super::Bucket`].
    pub cost: u64,
    /// The same.
    pub most: u64,
    /// The word of its bucket, changed in one step by every CPU.
    pub word: u64,
}

/// A policy. A rule is the bit of its place in the file, the first one the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Generation {
    /// Rules that a class can match.
    pub classes: [u64; CLASSES],
    /// Rules that a state can match.
    pub states: [u64; State::ROOM],
    /// Rules that a direction can match.
    pub directions: [u64; Direction::ALL.len()],
    /// Rules that ask for a source.
    pub sourced: u64,
    /// What is done where no rule matches: a row and flags, without a rate.
    pub default: Rule,
    /// By bit.
    pub rules: [Rule; RULES],
}

impl Generation {
    /// A policy without rules, that lets everything pass.
    pub const EMPTY: Self = {
        #[expect(clippy::cast_possible_truncation, reason = "it is 64")]
        let default = Rule { row: super::DEFAULT_ROW as u32, flags: 0, cost: 0, most: 0, word: 0 };
        Self {
            classes: [0; CLASSES],
            states: [0; State::ROOM],
            directions: [0; Direction::ALL.len()],
            sourced: 0,
            default,
            rules: [default; RULES],
        }
    };
}

/// The value of the map.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Shadow {
    /// Which of the two applies. A packet reads it once, so it sees one policy as a whole.
    pub current: u64,
    /// The other one is written before it applies, and left alone until no program reads it any more.
    pub generations: [Generation; 2],
}

impl Shadow {
    /// The generation with this number.
    #[inline(always)]
    #[must_use]
    pub const fn generation(&self, number: u64) -> &Generation {
        let [first, second] = &self.generations;
        if number & 1 == 0 { first } else { second }
    }
}
