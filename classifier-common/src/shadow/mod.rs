//! A candidate firewall policy, tried on every packet and never acted on: which rule decides, and what it would do.
//!
//! What the rules ask of a packet stands in one mask of rules each: of its class, its direction, its TCP state and its
//! source. The lowest bit of what all of them have in common is the rule that decides, whatever the number of rules.

mod bucket;
mod decide;
mod facts;
mod generation;
mod source;

pub use self::{
    bucket::{Bucket, Granted},
    decide::{World, by_first, by_rates, decide},
    facts::{Facts, State},
    generation::{DROPS, Generation, LIMITED, Rule, Shadow},
    source::{Source, SourceKey, source},
};

/// Rules that a policy may have: a bit of a mask each.
pub const RULES: usize = 64;

/// Rows of the counters: one a rule, and the last for packets that no rule matches.
pub const ROWS: usize = RULES + 1;

/// Row of the default.
pub const DEFAULT_ROW: usize = RULES;

/// Source prefixes that a policy may have.
pub const PREFIXES: usize = 16_384;

/// What a rule, or the default, would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    /// Let the packet pass.
    Accept = 0,
    /// Drop it.
    Drop = 1,
}

impl Verdict {
    /// Both, in the order of the counters.
    pub const ALL: [Self; 2] = [Self::Accept, Self::Drop];

    /// Label value.
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
