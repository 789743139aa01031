// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Number and time of observations, for every direction, protocol and kind, whatever the peer.

use super::Observed;
use crate::{packet::Direction, protocol::PROTOCOLS};

/// Number of rows of a [`SeenTable`]: one for each direction and protocol.
pub const SEEN_ROWS: usize = Direction::ALL.len() * PROTOCOLS;

/// Table of one kind of observation.
pub type SeenTable = [Seen; SEEN_ROWS];

/// Number and time of an observation; unused while [`Self::number`] is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Seen {
    /// Number of observations.
    pub number: u64,
    /// Time of the first, in nanoseconds of the clock that the programs read.
    pub first: u64,
    /// Time of the last.
    pub last: u64,
    /// Lowest destination port.
    pub lowest: u16,
    /// Highest destination port.
    pub highest: u16,
    /// Reserved; zero.
    pub reserved: u32,
}

impl Seen {
    /// Notes one more observation.
    #[inline(always)]
    pub const fn note(&mut self, observed: &Observed) {
        let port = observed.port();
        if self.number == 0 {
            (self.first, self.lowest) = (observed.now, port);
        }
        if port < self.lowest {
            self.lowest = port;
        }
        if port > self.highest {
            self.highest = port;
        }
        self.last = observed.now;
        self.number += 1;
    }

    /// Merges the observations of two, such as two CPUs.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        if self.number == 0 || other.number == 0 {
            return if self.number == 0 { other } else { self };
        }
        Self {
            number: self.number + other.number,
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            lowest: self.lowest.min(other.lowest),
            highest: self.highest.max(other.highest),
            reserved: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::Address,
        evidence::{ConnectionOutcome, Finding},
        protocol::Protocol,
    };

    fn seen(all: &[(u64, u16)]) -> Seen {
        let mut seen = Seen::default();
        for (now, port) in all {
            let finding = Finding {
                peer: Address::default(),
                now: *now,
                direction: Direction::Ingress,
                protocol: Protocol::FTP_DATA_PASSIVE,
                outcome: ConnectionOutcome::Established,
                port: *port,
            };
            seen.note(&Observed::from(&finding));
        }
        seen
    }

    #[test]
    fn two_together_have_seen_what_one_would_have() {
        let all = [(1, 50_010), (4, 50_003), (6, 50_007), (9, 50_020)];
        let expected = Seen { number: 4, first: 1, last: 9, lowest: 50_003, highest: 50_020, reserved: 0 };
        for split in 0..=all.len() {
            let (left, right) = all.split_at(split);
            assert_eq!(seen(left).with(seen(right)), expected, "{split}");
            assert_eq!(seen(right).with(seen(left)), expected, "{split}");
        }
    }
}
