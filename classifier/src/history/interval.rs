//! A stretch of time, and what was counted in it.

use std::time::Duration;

use classifier_common::{
    abi::Direction,
    counter::Tally,
    protocol::{PROTOCOLS, Protocol},
};

use super::{Losses, Rows};

/// A stretch of time, and what was counted in it on all interfaces together.
#[derive(Clone, Debug)]
pub struct Interval {
    /// How long it was. Longer than others where the counters could not be read in between.
    pub length: Duration,
    /// What was counted.
    pub rows: Box<Rows>,
    /// What went missing.
    pub losses: Losses,
}

impl Interval {
    pub(super) fn empty(length: Duration, losses: Losses) -> Self {
        let rows = Box::new([[Tally::default(); Direction::ALL.len()]; PROTOCOLS]);
        Self { length, rows, losses }
    }

    /// What was counted of a protocol in a direction.
    #[must_use]
    pub const fn tally(&self, protocol: Protocol, direction: Direction) -> Tally {
        self.rows[protocol.index()][direction as usize]
    }

    /// What was counted in a direction.
    #[must_use]
    pub fn total(&self, direction: Direction) -> Tally {
        self.rows.iter().fold(Tally::default(), |sum, row| together(sum, row[direction as usize]))
    }
}

/// The sum of two; at the end of the numbers it stays there.
pub(super) const fn together(one: Tally, other: Tally) -> Tally {
    Tally { packets: one.packets.saturating_add(other.packets), bytes: one.bytes.saturating_add(other.bytes) }
}
