// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of the tracking: of FTP, of events whose interface is gone, and of UDP flows.

use crate::endpoint::{Evidence, Kind, Mode};

/// Index of one of the [`Tallies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tally {
    /// Endpoints learned from PASV.
    LearnedPasv = 0,
    /// Endpoints learned from EPSV and LPSV.
    LearnedEpsv = 1,
    /// Endpoints learned from PORT.
    LearnedPort = 2,
    /// Endpoints learned from EPRT and LPRT.
    LearnedEprt = 3,
    /// Endpoints inferred from a connection beside an encrypted session.
    LearnedInferred = 4,
    /// Endpoints removed after their data connection and its linger time.
    RemovedClosed = 5,
    /// Endpoints that timed out unused.
    RemovedExpired = 6,
    /// Endpoints evicted by a newer one.
    RemovedEvicted = 7,
    /// Unused endpoints replaced by another announcement of their session.
    RemovedReplaced = 8,
    /// Endpoints withdrawn because the server refused, or the session ended.
    RemovedWithdrawn = 9,
    /// Announcements rejected for malformed numbers, the wrong IP version, or an overlong line.
    RejectedMalformed = 10,
    /// PORT and EPRT rejected because they name another host.
    RejectedForeignAddress = 11,
    /// Announcements rejected for ports below 1024 or of the port table.
    RejectedReservedPort = 12,
    /// Replies 227 to 229 rejected because no command asked for them.
    RejectedUnsolicited = 13,
    /// PORT and EPRT that the server refused.
    RejectedRefused = 14,
    /// Announcements rejected because their connection was not established, or had ended.
    RejectedNotEstablished = 15,
    /// Control segments not forwarded because of their source's rate.
    RejectedRateLimited = 16,
    /// 227 replies that name another host than the server.
    AddressMismatch = 17,
    /// Control segments forwarded to the agent.
    Segments = 18,
    /// Control segments lost on the way to the agent.
    SegmentsLost = 19,
    /// Sessions that began.
    SessionsOpened = 20,
    /// Sessions that ended.
    SessionsClosed = 21,
    /// Sessions that became encrypted.
    SessionsEncrypted = 22,
    /// Encrypted sessions that ended, or came back to clear text.
    SessionsDecrypted = 23,
    /// Sessions refused because the table was full.
    SessionsRefused = 24,
    /// Endpoints not stored because of concurrent updates to the same bucket.
    Unplaced = 25,
    /// Bytes of control connections that were acknowledged and not seen by any hook.
    UnseenBytes = 26,
    /// Events other than segments that were lost on the way to the agent.
    EventsLost = 27,
    /// Sessions evicted by newer ones.
    SessionsEvicted = 28,
    /// Ended sessions replaced by another one on the same ports.
    SessionsReplaced = 29,
    /// Ended sessions removed after a while.
    SessionsForgotten = 30,
    /// Connections and sessions whose interface was gone when their outcome became known.
    ConnectionsLost = 31,
    /// Questions dropped behind too many pending ones.
    CommandsForgotten = 32,
    /// Lines of servers that begin with no code, outside a reply.
    LinesUnreadable = 33,
    /// Encrypted sessions not counted because the table of host pairs was full.
    PairsRefused = 34,
    /// UDP flows forgotten before their end, because the table was full.
    FlowsEvicted = 35,
}

/// Number of tallies.
pub const TALLIES: usize = 36;

/// Counters of one CPU, by [`Tally`]: the value of the kernel's map.
pub type Tallies = [u64; TALLIES];

impl Tally {
    /// All tallies, in the order of their numbers.
    pub const ALL: [Self; TALLIES] = [
        Self::LearnedPasv,
        Self::LearnedEpsv,
        Self::LearnedPort,
        Self::LearnedEprt,
        Self::LearnedInferred,
        Self::RemovedClosed,
        Self::RemovedExpired,
        Self::RemovedEvicted,
        Self::RemovedReplaced,
        Self::RemovedWithdrawn,
        Self::RejectedMalformed,
        Self::RejectedForeignAddress,
        Self::RejectedReservedPort,
        Self::RejectedUnsolicited,
        Self::RejectedRefused,
        Self::RejectedNotEstablished,
        Self::RejectedRateLimited,
        Self::AddressMismatch,
        Self::Segments,
        Self::SegmentsLost,
        Self::SessionsOpened,
        Self::SessionsClosed,
        Self::SessionsEncrypted,
        Self::SessionsDecrypted,
        Self::SessionsRefused,
        Self::Unplaced,
        Self::UnseenBytes,
        Self::EventsLost,
        Self::SessionsEvicted,
        Self::SessionsReplaced,
        Self::SessionsForgotten,
        Self::ConnectionsLost,
        Self::CommandsForgotten,
        Self::LinesUnreadable,
        Self::PairsRefused,
        Self::FlowsEvicted,
    ];

    /// Returns the tally of a learned endpoint.
    #[inline(always)]
    #[must_use]
    pub const fn learned(kind: Kind) -> Self {
        match (kind.evidence, kind.mode, kind.extended) {
            (Evidence::Inferred, ..) => Self::LearnedInferred,
            (_, Mode::Passive, false) => Self::LearnedPasv,
            (_, Mode::Passive, true) => Self::LearnedEpsv,
            (_, Mode::Active, false) => Self::LearnedPort,
            (_, Mode::Active, true) => Self::LearnedEprt,
        }
    }
}
