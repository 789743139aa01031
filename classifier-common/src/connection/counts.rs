//! What is counted of connections and sessions.

use super::{Ended, Fate};
use crate::{
    counter::Counters,
    evidence::ConnectionOutcome,
    protocol::{CONFIGURED_FIRST, CONFIGURED_MAX, PROTOCOLS, Protocol, Sides},
};

/// Rows for the fixed protocols that can have a server.
const FIXED: usize = 8;

/// The first of them.
const FIRST: usize = Protocol::FTP_CONTROL.index();

/// Rows of [`Counters::connections`].
pub const ROWS: usize = FIXED + CONFIGURED_MAX;

const _: () = {
    let mut rest = Protocol::FIXED;
    while let [(protocol, _, sides), behind @ ..] = rest {
        assert!(matches!(sides, Sides::Server) == row(*protocol).is_some());
        rest = behind;
    }
};

/// The row of a protocol; `None` for one that has no server.
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

/// The protocol of every row.
pub fn rows() -> impl Iterator<Item = Protocol> {
    (0..PROTOCOLS).map(Protocol::from_index).filter(|protocol| row(*protocol).is_some())
}

/// The protocols whose sessions are listened to, in the order of [`Counters::sessions`].
pub const SESSION_ROWS: [Protocol; 4] =
    [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP];

/// The row of a protocol whose sessions are listened to; for any other the last.
#[inline(always)]
#[must_use]
pub const fn session_row(protocol: Protocol) -> usize {
    match protocol {
        Protocol::FTP_CONTROL => 0,
        Protocol::SMTP => 1,
        Protocol::POP3 => 2,
        _ => 3,
    }
}

/// The connections of one protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Handshakes {
    /// By [`ConnectionOutcome`].
    pub outcomes: [u64; ConnectionOutcome::ALL.len()],
    /// The established ones by the time from SYN to SYN-ACK, a bucket a [bound](Self::BOUNDS).
    pub times: [u64; Self::BOUNDS.len()],
    /// Sum of those times, in nanoseconds.
    pub nanoseconds: u64,
}

impl Handshakes {
    /// Upper bounds of the buckets, in nanoseconds: the last is the time after which a connection counts as unanswered.
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
        super::TIMEOUT,
    ];

    /// None.
    pub const NONE: Self =
        Self { outcomes: [0; ConnectionOutcome::ALL.len()], times: [0; Self::BOUNDS.len()], nanoseconds: 0 };

    /// Whether there was any.
    #[must_use]
    pub fn any(&self) -> bool {
        self.outcomes.iter().any(|count| *count != 0)
    }

    /// Every number, in the order in which they lie in memory.
    pub(crate) fn numbers_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.outcomes.iter_mut().chain(&mut self.times).chain(core::iter::once(&mut self.nanoseconds))
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = &u64> {
        self.outcomes.iter().chain(&self.times).chain(core::iter::once(&self.nanoseconds))
    }

    #[inline(always)]
    fn count(&mut self, fate: Fate, nanoseconds: u64) {
        let [established, refused, rejected, unanswered] = &mut self.outcomes;
        match fate {
            Fate::Established => {
                *established += 1;
                for (bucket, bound) in self.times.iter_mut().zip(Self::BOUNDS) {
                    if nanoseconds <= bound {
                        *bucket += 1;
                        break;
                    }
                }
                self.nanoseconds += nanoseconds;
            }
            Fate::Refused => *refused += 1,
            Fate::Rejected => *rejected += 1,
            Fate::Unanswered => *unanswered += 1,
            Fate::Nothing
            | Fate::HandshakeEvicted
            | Fate::Upgraded
            | Fate::ClearLogin
            | Fate::Neither
            | Fate::SessionEvicted => {}
        }
    }
}

impl Counters {
    /// Counts what is known of a connection, in the block of its interface and direction; `opaque` as for
    /// [`Counters::count`].
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the index is the remainder by its table's length")]
    pub fn count_ended(&mut self, ended: &Ended, opaque: impl Fn(usize) -> usize) {
        let row = row(ended.protocol).map_or(ROWS, &opaque);
        if let Some(handshakes) = self.connections.get_mut(row) {
            handshakes.count(ended.fate, ended.nanoseconds);
        }
        let [upgraded, clear_login, neither] =
            &mut self.sessions[opaque(session_row(ended.protocol)) % SESSION_ROWS.len()];
        match ended.fate {
            Fate::HandshakeEvicted => self.handshakes_evicted += 1,
            Fate::SessionEvicted => self.sessions_evicted += 1,
            Fate::Upgraded => *upgraded += 1,
            Fate::ClearLogin => *clear_login += 1,
            Fate::Neither => *neither += 1,
            Fate::Nothing | Fate::Established | Fate::Refused | Fate::Rejected | Fate::Unanswered => {}
        }
    }
}
