// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Layout of a policy for the programs: two generations in one map value, of which one is active.

use super::{RULES, facts::State};
use crate::{packet::Direction, protocol::CLASSES};

/// Set in [`Rule::flags`] of a rule that drops.
pub const DROPS: u32 = 1;

/// Set in [`Rule::flags`] of a rule that only matches within a rate.
pub const LIMITED: u32 = 2;

/// Action of a rule, with its rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Rule {
    /// Row of the rule in the counters, below [`super::ROWS`].
    pub row: u32,
    /// Flags of the rule: [`DROPS`] and [`LIMITED`].
    pub flags: u32,
    /// Cost of a packet; see [`super::TokenBucket::cost`].
    pub cost: u64,
    /// Limit of the bucket; see [`super::TokenBucket::most`].
    pub most: u64,
    /// Word of the bucket, which every CPU changes atomically.
    pub word: u64,
}

/// A policy. Rules are bits in the order of the file, the first one the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Generation {
    /// Rules that match a class.
    pub classes: [u64; CLASSES],
    /// Rules that match a state.
    pub states: [u64; State::ROOM],
    /// Rules that match a direction.
    pub directions: [u64; Direction::ALL.len()],
    /// Rules with source prefixes.
    pub sourced: u64,
    /// Action without a matching rule: a row and flags, without a rate.
    pub default: Rule,
    /// Rules by their bit.
    pub rules: [Rule; RULES],
}

impl Generation {
    /// A policy without rules that accepts everything.
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

/// The value of the map [`MAP_DRY_RUN`](crate::abi::MAP_DRY_RUN).
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DryRunPolicy {
    /// Index of the active generation. A packet reads it once, so that it sees one consistent policy.
    pub current: u64,
    /// Both generations. The inactive one is written before it is activated, and kept until no program reads
    /// it any more.
    pub generations: [Generation; 2],
}

impl DryRunPolicy {
    /// Returns the generation with this number.
    #[inline(always)]
    #[must_use]
    pub const fn generation(&self, number: u64) -> &Generation {
        let [first, second] = &self.generations;
        if number & 1 == 0 { first } else { second }
    }
}
