//! What the tracking counts about itself, and what no interface can count any more.

use crate::endpoint::{Evidence, Kind, Mode};

/// One of the numbers in [`Tallies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tally {
    /// Endpoints learned from PASV.
    LearnedPasv = 0,
    /// From EPSV (and LPSV).
    LearnedEpsv = 1,
    /// From PORT.
    LearnedPort = 2,
    /// From EPRT (and LPRT).
    LearnedEprt = 3,
    /// From a connection beside an encrypted session.
    LearnedInferred = 4,
    /// Endpoints that ended with their data connection, and its linger.
    RemovedClosed = 5,
    /// Whose time passed unused.
    RemovedExpired = 6,
    /// That gave way to a newer one in a full table.
    RemovedEvicted = 7,
    /// That nobody had used when the session announced another.
    RemovedReplaced = 8,
    /// That the server refused, or whose session ended.
    RemovedWithdrawn = 9,
    /// Announcements whose numbers are none, or of the wrong family, or on an overlong line.
    RejectedMalformed = 10,
    /// PORT and EPRT that name another host.
    RejectedForeignAddress = 11,
    /// Ports below 1024 or of the port table.
    RejectedReservedPort = 12,
    /// 227 to 229 that nobody asked for.
    RejectedUnsolicited = 13,
    /// PORT and EPRT that the server refused.
    RejectedRefused = 14,
    /// Announcements on a connection that was never established, or has ended.
    RejectedNotEstablished = 15,
    /// Control segments past their source's rate.
    RejectedRateLimited = 16,
    /// 227 replies that name another host than the server.
    AddressMismatch = 17,
    /// Control segments handed to the agent.
    Segments = 18,
    /// Those that found no room on the way.
    SegmentsLost = 19,
    /// Sessions that began.
    SessionsOpened = 20,
    /// Sessions that ended.
    SessionsClosed = 21,
    /// Sessions that became encrypted.
    SessionsEncrypted = 22,
    /// Encrypted sessions that ended, or came back to clear text.
    SessionsDecrypted = 23,
    /// Sessions that found no room.
    SessionsRefused = 24,
    /// Endpoints that found no place: others took each that was tried.
    Unplaced = 25,
    /// Bytes of control connections that no hook saw and their receiver acknowledged.
    UnseenBytes = 26,
    /// Events other than segments that found no room on the way.
    EventsLost = 27,
    /// Sessions that gave way to newer ones where there was no room.
    SessionsEvicted = 28,
    /// Sessions that had ended, and whose ports have begun another.
    SessionsReplaced = 29,
    /// Sessions that had ended and were forgotten.
    SessionsForgotten = 30,
    /// Connections and sessions whose interface had gone when something was known of them.
    ConnectionsLost = 31,
}

/// Numbers that there is room for.
pub const TALLIES: usize = 32;

/// This CPU's numbers, by [`Tally`]: the value of the kernel's map.
pub type Tallies = [u64; TALLIES];

impl Tally {
    /// Every one, in the order of the numbers.
    pub const ALL: [Self; 32] = [
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
    ];

    /// Under which an endpoint counts as learned.
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
