//! How many, and when: for every direction, protocol and observation, whoever it was of.

use super::Observed;
use crate::{abi::Direction, protocol::PROTOCOLS};

/// Rows of a [`SeenTable`]: for each direction one a protocol.
pub const SEEN_ROWS: usize = Direction::ALL.len() * PROTOCOLS;

/// What was seen of one observation.
pub type SeenTable = [Seen; SEEN_ROWS];

/// How often something was observed, and when; nothing was where [`Self::number`] is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Seen {
    /// How often.
    pub number: u64,
    /// When first, in nanoseconds of the clock that the programs read.
    pub first: u64,
    /// When last.
    pub last: u64,
    /// The lowest port that was dialled.
    pub lowest: u16,
    /// The highest port that was dialled.
    pub highest: u16,
    /// Zero.
    pub reserved: u32,
}

impl Seen {
    /// One more.
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

    /// What two have seen together, such as two CPUs.
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
        endpoint::Address,
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
