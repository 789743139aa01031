// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Computes the growth of the counters between two readings.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use classifier_common::{abi::Direction, counter::PacketCount, protocol::PROTOCOLS};

use super::{Interval, interval::together};
use crate::snapshot::{InterfaceReading, Losses, Readings, Rows};

/// Packets and bytes by direction, as in [`Direction::ALL`].
pub(super) type Sides = [PacketCount; Direction::ALL.len()];

/// An interface at the last reading.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    rows: Box<Rows>,
    /// Counts of the last intervals, oldest first.
    pub recent: VecDeque<Sides>,
}

/// Counters at the last reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    /// Interfaces by name.
    pub interfaces: HashMap<String, Seen>,
    losses: Losses,
}

/// Growth since the last reading.
pub(super) struct Growth {
    pub interval: Interval,
    /// Growth in the order of the readings; `None` for new interfaces.
    pub interfaces: Vec<Option<Sides>>,
}

impl Baseline {
    /// Computes the growth in this time. A new interface has none: its counters may be an earlier agent's, or
    /// have had another name. Counters that were reset have grown by nothing.
    pub(super) fn growth(&self, readings: &Readings, length: Duration) -> Growth {
        let mut interval = Interval::empty(length, readings.losses.since(&self.losses));
        let mut grown = |reading: &InterfaceReading| {
            let seen = self.interfaces.get(&reading.name)?;
            let mut sides = Sides::default();
            for protocol in 0..PROTOCOLS {
                for (side, sum) in sides.iter_mut().enumerate() {
                    let grown = since(reading.rows[protocol][side], seen.rows[protocol][side]);
                    *sum = together(*sum, grown);
                    let total = &mut interval.rows[protocol][side];
                    *total = together(*total, grown);
                }
            }
            Some(sides)
        };
        let interfaces = readings.interfaces.iter().map(&mut grown).collect();
        Growth { interval, interfaces }
    }

    /// Replaces the baseline by these readings, and keeps at most this many intervals of an interface.
    pub(super) fn advance(&mut self, readings: Readings, growth: &[Option<Sides>], most: usize) {
        let mut before = std::mem::take(&mut self.interfaces);
        for (InterfaceReading { name, rows }, grown) in readings.interfaces.into_iter().zip(growth) {
            let mut recent = before.remove(&name).map(|seen| seen.recent).unwrap_or_default();
            recent.extend(*grown);
            while recent.len() > most {
                recent.pop_front();
            }
            self.interfaces.insert(name, Seen { rows, recent });
        }
        self.losses = readings.losses;
    }
}

fn since(now: PacketCount, before: PacketCount) -> PacketCount {
    PacketCount {
        packets: now.packets.saturating_sub(before.packets),
        bytes: now.bytes.saturating_sub(before.bytes),
    }
}
