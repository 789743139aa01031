// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Losses by kind: always exported, and shown on the page for a while.

use classifier_common::control::{Tallies, Tally};

/// A kind of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Packets on an interface without counters.
    Unattributed,
    /// FTP control segments that did not reach the agent, or were never completed.
    Segments,
    /// Other messages from the programs to the agent.
    Events,
    /// FTP sessions refused because the session map was full.
    SessionsRefused,
    /// FTP sessions evicted for newer ones.
    SessionsEvicted,
    /// FTP data ports not stored because of concurrent updates.
    PortsUnplaced,
    /// FTP data ports evicted for newer ones.
    PortsEvicted,
    /// Overruns of the netlink socket.
    Overruns,
}

/// Kinds of losses.
pub const LOSSES: usize = Loss::ALL.len();

/// Number of losses by kind, in the order of [`Loss::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses([u64; LOSSES]);

impl Loss {
    /// All kinds, most severe first.
    pub const ALL: [Self; 8] = [
        Self::Unattributed,
        Self::Segments,
        Self::Events,
        Self::SessionsRefused,
        Self::SessionsEvicted,
        Self::PortsUnplaced,
        Self::PortsEvicted,
        Self::Overruns,
    ];
}

impl Losses {
    /// Extracts the losses from these counts.
    #[must_use]
    pub fn of(unattributed: u64, ftp: &Tallies, overruns: u64) -> Self {
        let of = |tally: Tally| ftp[tally as usize];
        Self(Loss::ALL.map(|loss| match loss {
            Loss::Unattributed => unattributed,
            Loss::Segments => of(Tally::SegmentsLost),
            Loss::Events => of(Tally::EventsLost),
            Loss::SessionsRefused => of(Tally::SessionsRefused),
            Loss::SessionsEvicted => of(Tally::SessionsEvicted),
            Loss::PortsUnplaced => of(Tally::Unplaced),
            Loss::PortsEvicted => of(Tally::RemovedEvicted),
            Loss::Overruns => overruns,
        }))
    }

    /// Returns the number of a kind.
    #[must_use]
    pub const fn number(&self, loss: Loss) -> u64 {
        self.0[loss as usize]
    }

    /// Computes the growth since an earlier moment.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let mut grown = self.0.iter().zip(before.0).map(|(now, before)| now.saturating_sub(before));
        Self(std::array::from_fn(|_| grown.next().unwrap_or_default()))
    }

    /// Adds the losses of another interval.
    pub(crate) fn add(&mut self, more: &Self) {
        self.0.iter_mut().zip(more.0).for_each(|(sum, more)| *sum = sum.saturating_add(more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_in_the_order_of_the_variants() {
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            assert_eq!(loss as usize, index);
        }
    }
}
