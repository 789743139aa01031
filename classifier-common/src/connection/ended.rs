//! What is to be counted of a place that is over.

use super::{Place, TIMEOUT, Word};
use crate::{
    abi::Direction,
    endpoint::Address,
    evidence::{ConnectionOutcome, Finding},
    protocol::Protocol,
};

/// What became of a place. Flat, as all is that a place's life is decided by: what an enum with fields leaves undefined the
/// compiler fills from any register, and the verifier refuses to see half a pointer stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fate {
    /// Nothing that is to be counted.
    Nothing = 0,
    /// See [`ConnectionOutcome`].
    Established = 1,
    /// The same.
    Refused = 2,
    /// The same.
    Rejected = 3,
    /// The same.
    Unanswered = 4,
    /// A connection gave way to another before anything was known of it.
    HandshakeEvicted = 5,
    /// A session was encrypted before anybody logged in.
    Upgraded = 6,
    /// A client logged in in clear text.
    ClearLogin = 7,
    /// A session ended without either.
    Neither = 8,
    /// A session gave way to another before anything was known of it.
    SessionEvicted = 9,
}

/// A connection of which something is known now that was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Ended {
    /// The other host, seen from this one.
    pub peer: Address,
    /// When it was seen; for want of an answer, when the time for one was over.
    pub now: u64,
    /// Nanoseconds since the first SYN.
    pub nanoseconds: u64,
    /// Index of the interface.
    pub interface: u32,
    /// Which way the SYN went.
    pub direction: Direction,
    /// Port that was dialled, in host order.
    pub port: u16,
    /// Of the port table, or FTP data.
    pub protocol: Protocol,
    /// What is known.
    pub fate: Fate,
}

impl Ended {
    /// Of a place as it was, at `now`.
    #[inline(always)]
    pub(super) fn of(place: &Place, word: Word, now: u64, fate: Fate) -> Self {
        let direction = word.direction();
        let peer = match direction {
            Direction::Ingress => place.client,
            Direction::Egress => place.server,
        };
        let now =
            if matches!(fate, Fate::Unanswered) { place.since.saturating_add(TIMEOUT).min(now) } else { now };
        Self {
            peer,
            now,
            nanoseconds: now.saturating_sub(place.since),
            interface: place.interface,
            direction,
            port: place.server_port,
            protocol: word.protocol(),
            fate,
        }
    }

    /// As the list of sources and the report take it; `None` for what is no outcome of a connection.
    #[inline(always)]
    #[must_use]
    pub const fn finding(&self) -> Option<Finding> {
        let outcome = match self.fate {
            Fate::Established => ConnectionOutcome::Established,
            Fate::Refused => ConnectionOutcome::Refused,
            Fate::Rejected => ConnectionOutcome::Rejected,
            Fate::Unanswered => ConnectionOutcome::Unanswered,
            Fate::Nothing
            | Fate::HandshakeEvicted
            | Fate::Upgraded
            | Fate::ClearLogin
            | Fate::Neither
            | Fate::SessionEvicted => return None,
        };
        let Self { peer, now, direction, protocol, port, .. } = *self;
        Some(Finding { peer, now, direction, protocol, outcome, port })
    }
}
