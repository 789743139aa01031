//! What the counters have grown by between two looks at them.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use classifier_common::{abi::Direction, counter::Tally, protocol::PROTOCOLS};

use super::{InterfaceReading, Interval, Losses, Readings, Rows, interval::together};

/// Packets and bytes by direction, as in [`Direction::ALL`].
pub(super) type Sides = [Tally; Direction::ALL.len()];

/// An interface, as of the last look.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    rows: Box<Rows>,
    /// What was counted there in the last intervals, the oldest first.
    pub recent: VecDeque<Sides>,
}

/// The counters as of the last look.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    /// By name.
    pub interfaces: HashMap<String, Seen>,
    losses: Losses,
}

/// What they have grown by since.
pub(super) struct Growth {
    pub interval: Interval,
    /// In the order of the readings; `None` for those that were not seen before.
    pub interfaces: Vec<Option<Sides>>,
}

impl Baseline {
    /// What has grown, in this time. Of an interface that is seen for the first time nothing is known to have: its
    /// counters may be an earlier agent's, or have had another name. One that began anew has grown by nothing.
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

    /// These are what will be compared with; of an interface at most so many intervals are kept.
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

fn since(now: Tally, before: Tally) -> Tally {
    Tally {
        packets: now.packets.saturating_sub(before.packets),
        bytes: now.bytes.saturating_sub(before.bytes),
    }
}
