// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The dry run of a firewall policy: every packet is evaluated, and no packet is dropped.
//!
//! The outcome is the rule that decides, and its verdict.
//!
//! Each property of a packet selects a mask of rules: its class, direction, TCP state and source. The lowest
//! common bit of these masks is the rule that decides, so the cost does not depend on the number of rules.

mod bucket;
mod decide;
mod facts;
mod generation;
mod source;

pub use self::{
    bucket::{Granted, TokenBucket},
    decide::{DryRunEnv, by_first, by_rates, decide},
    facts::{Facts, State},
    generation::{DROPS, DryRunPolicy, Generation, LIMITED, Rule},
    source::{PacketSource, PrefixKey, source},
};

/// Maximum number of rules in a policy: one bit of a mask each.
pub const RULES: usize = 64;

/// Number of rows in the counters: one per rule, and the last for packets without a matching rule.
pub const ROWS: usize = RULES + 1;

/// Row of the default.
pub const DEFAULT_ROW: usize = RULES;

/// Maximum number of source prefixes in a policy.
pub const PREFIXES: usize = 16_384;

/// Verdict of a rule or of the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    /// The packet would pass.
    Accept = 0,
    /// The packet would be dropped.
    Drop = 1,
}

impl Verdict {
    /// All verdicts, in the order of the counters.
    pub const ALL: [Self; 2] = [Self::Accept, Self::Drop];

    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accept => "would_accept",
            Self::Drop => "would_drop",
        }
    }
}

/// Packets by row, then by [`Verdict`].
pub type Decided = [[u64; Verdict::ALL.len()]; ROWS];
