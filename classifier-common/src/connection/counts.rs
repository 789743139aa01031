// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of connections and sessions.

use super::Ending;
use crate::{
    evidence::ConnectionOutcome,
    protocol::{CONFIGURED_FIRST, CONFIGURED_MAX, PROTOCOLS, Protocol, Sides},
};

/// Number of rows for fixed protocols with a server.
const FIXED: usize = 8;

/// Index of the first fixed protocol with a server.
const FIRST: usize = Protocol::FTP_CONTROL.index();

/// Number of rows of [`Counters::connections`](crate::counter::Counters::connections) and
/// [`Counters::sessions`](crate::counter::Counters::sessions).
pub const ROWS: usize = FIXED + CONFIGURED_MAX;

const _: () = {
    let mut rest = Protocol::FIXED;
    while let [(protocol, _, sides), behind @ ..] = rest {
        assert!(matches!(sides, Sides::Server) == row(*protocol).is_some());
        rest = behind;
    }
};

/// Returns the row of a protocol; `None` for a protocol without a server.
#[inline(always)]
#[must_use]
pub const fn row(protocol: Protocol) -> Option<usize> {
    let index = protocol.index();
    if index >= CONFIGURED_FIRST as usize {
        Some(index - CONFIGURED_FIRST as usize + FIXED)
    } else if index >= FIRST && index < FIRST + FIXED {
        Some(index - FIRST)
    } else {
        None
    }
}

/// Iterates over the protocols in the order of the rows.
pub fn rows() -> impl Iterator<Item = Protocol> {
    (0..PROTOCOLS).map(Protocol::from_index).filter(|protocol| row(*protocol).is_some())
}

/// Connection counts of one protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Handshakes {
    /// Connections by [`ConnectionOutcome`].
    pub outcomes: [u64; ConnectionOutcome::ALL.len()],
    /// Established connections by the time from SYN to SYN-ACK, one bucket per [bound](Self::BOUNDS).
    pub times: [u64; Self::BOUNDS.len()],
    /// Sum of these times in nanoseconds.
    pub nanoseconds: u64,
}

impl Handshakes {
    /// Upper bounds of the buckets in nanoseconds. The last is the time after which a connection counts as
    /// unanswered.
    pub const BOUNDS: [u64; 12] = [
        100_000,
        300_000,
        1_000_000,
        3_000_000,
        10_000_000,
        30_000_000,
        100_000_000,
        300_000_000,
        1_000_000_000,
        2_000_000_000,
        5_000_000_000,
        super::entry::TIMEOUT,
    ];

    /// Counts without a connection.
    pub const NONE: Self =
        Self { outcomes: [0; ConnectionOutcome::ALL.len()], times: [0; Self::BOUNDS.len()], nanoseconds: 0 };

    /// Returns whether any connection was counted.
    #[must_use]
    pub fn any(&self) -> bool {
        self.outcomes.iter().any(|count| *count != 0)
    }

    /// Iterates over every number, in memory order.
    pub(crate) fn numbers_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.outcomes.iter_mut().chain(&mut self.times).chain(core::iter::once(&mut self.nanoseconds))
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = &u64> {
        self.outcomes.iter().chain(&self.times).chain(core::iter::once(&self.nanoseconds))
    }

    /// Counts the outcome of a connection.
    #[inline(always)]
    pub(crate) fn count(&mut self, ending: Ending, nanoseconds: u64) {
        let [established, refused, rejected, unanswered] = &mut self.outcomes;
        match ending {
            Ending::Established => {
                *established += 1;
                for (bucket, bound) in self.times.iter_mut().zip(Self::BOUNDS) {
                    if nanoseconds <= bound {
                        *bucket += 1;
                        break;
                    }
                }
                self.nanoseconds += nanoseconds;
            }
            Ending::Refused => *refused += 1,
            Ending::Rejected => *rejected += 1,
            Ending::Unanswered => *unanswered += 1,
            Ending::Nothing
            | Ending::HandshakeEvicted
            | Ending::Upgraded
            | Ending::ClearLogin
            | Ending::Neither
            | Ending::SessionEvicted => {}
        }
    }
}
