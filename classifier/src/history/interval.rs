// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An interval, with its counts.

use std::time::Duration;

use classifier_common::{
    abi::Direction,
    counter::PacketCount,
    protocol::{PROTOCOLS, Protocol},
};

use crate::snapshot::{Losses, Rows};

/// An interval, with the counts of all interfaces together.
#[derive(Clone, Debug)]
pub struct Interval {
    /// Length of the interval, longer after a failed reading.
    pub length: Duration,
    /// Counts of the interval.
    pub rows: Box<Rows>,
    /// Losses in the interval.
    pub losses: Losses,
}

impl Interval {
    pub(super) fn empty(length: Duration, losses: Losses) -> Self {
        let rows = Box::new([[PacketCount::default(); Direction::ALL.len()]; PROTOCOLS]);
        Self { length, rows, losses }
    }

    /// Returns the counts of a protocol in a direction.
    #[must_use]
    pub const fn tally(&self, protocol: Protocol, direction: Direction) -> PacketCount {
        self.rows[protocol.index()][direction as usize]
    }

    /// Returns the counts of a direction.
    #[must_use]
    pub fn total(&self, direction: Direction) -> PacketCount {
        self.rows.iter().fold(PacketCount::default(), |sum, row| together(sum, row[direction as usize]))
    }
}

/// Adds two counts, saturating.
pub(super) const fn together(one: PacketCount, other: PacketCount) -> PacketCount {
    PacketCount {
        packets: one.packets.saturating_add(other.packets),
        bytes: one.bytes.saturating_add(other.bytes),
    }
}
