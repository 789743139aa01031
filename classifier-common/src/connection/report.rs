// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Report of a connection or session with a known outcome, which the caller counts.

use super::{Connection, PackedConnection, entry::TIMEOUT};
use crate::{
    address::Address,
    evidence::{ConnectionOutcome, Finding},
    packet::Direction,
    protocol::Protocol,
};

/// Result of a connection or session. A C-like enum: payload bytes that a data-carrying enum leaves undefined
/// may hold half a spilled pointer, which the verifier refuses to see stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Ending {
    /// No result.
    Nothing = 0,
    /// See [`ConnectionOutcome::Established`].
    Established = 1,
    /// See [`ConnectionOutcome::Refused`].
    Refused = 2,
    /// See [`ConnectionOutcome::Rejected`].
    Rejected = 3,
    /// See [`ConnectionOutcome::Unanswered`].
    Unanswered = 4,
    /// A connection was evicted before its outcome was known.
    HandshakeEvicted = 5,
    /// A session switched to TLS before any login.
    Upgraded = 6,
    /// A client logged in in clear text.
    ClearLogin = 7,
    /// A session ended without TLS and without a login.
    Neither = 8,
    /// A session was evicted before its encryption was known.
    SessionEvicted = 9,
}

impl Ending {
    /// Returns the ending with this number; [`Self::Nothing`] for any other.
    #[inline(always)]
    const fn from_number(number: u16) -> Self {
        match number {
            1 => Self::Established,
            2 => Self::Refused,
            3 => Self::Rejected,
            4 => Self::Unanswered,
            5 => Self::HandshakeEvicted,
            6 => Self::Upgraded,
            7 => Self::ClearLogin,
            8 => Self::Neither,
            9 => Self::SessionEvicted,
            _ => Self::Nothing,
        }
    }
}

/// Result of a [`step`](super::step).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Step {
    /// The packet is finished.
    Over = 0,
    /// A result is in the report, and the packet is finished.
    LastReport = 1,
    /// A result is in the report, and another step follows.
    Report = 2,
    /// Another step follows.
    Again = 3,
    /// The event's listener needs a part of the segment; another step follows.
    Listen = 4,
}

/// A connection with a new result, as it was at that time. Nothing is computed before the report is counted.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct ConnReport {
    client: Address,
    server: Address,
    word: PackedConnection,
    since: u64,
    now: u64,
    interface: u32,
    server_port: u16,
    ending: u16,
}

impl ConnReport {
    /// Fills the report of a connection with this word, at `now`; `false` if there is nothing to count.
    /// `ending` is an [`Ending`] as a number.
    ///
    /// The report is filled through a pointer, and not returned as an [`Option`]: the compiler leaves the
    /// fields of a `None` undefined, and the verifier refuses to see them copied.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "there are ten endings")]
    pub(super) fn fill(
        &mut self,
        connection: &Connection,
        word: PackedConnection,
        now: u64,
        ending: usize,
    ) -> bool {
        // Copied field by field: for a whole copy between two maps the compiler emits a call.
        let Connection { client, server, since, interface, server_port, .. } = *connection;
        (self.client, self.server) = (client, server);
        (self.word, self.since, self.now) = (word, since, now);
        (self.interface, self.server_port) = (interface, server_port);
        self.ending = ending as u16;
        ending != Ending::Nothing as usize
    }

    /// Returns the result.
    #[inline(always)]
    #[must_use]
    pub const fn ending(&self) -> Ending {
        Ending::from_number(self.ending)
    }

    /// Returns the index of the interface that saw the SYN.
    #[inline(always)]
    #[must_use]
    pub const fn interface(&self) -> u32 {
        self.interface
    }

    /// Returns the direction of the SYN.
    #[inline(always)]
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.word.direction()
    }

    /// Returns the protocol by the port table, or FTP data.
    #[inline(always)]
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.word.protocol()
    }

    /// Returns the time of the result: for an unanswered connection, the end of its time limit.
    #[inline(always)]
    const fn time(&self) -> u64 {
        let over = self.since.saturating_add(TIMEOUT);
        if matches!(self.ending(), Ending::Unanswered) && over < self.now { over } else { self.now }
    }

    /// Returns the nanoseconds from the first SYN to the outcome.
    #[inline(always)]
    #[must_use]
    pub const fn nanoseconds(&self) -> u64 {
        self.time().saturating_sub(self.since)
    }

    /// Converts the report to a finding; `None` if it has no outcome of a connection.
    #[inline(always)]
    #[must_use]
    pub const fn finding(&self) -> Option<Finding> {
        let outcome = match self.ending() {
            Ending::Established => ConnectionOutcome::Established,
            Ending::Refused => ConnectionOutcome::Refused,
            Ending::Rejected => ConnectionOutcome::Rejected,
            Ending::Unanswered => ConnectionOutcome::Unanswered,
            Ending::Nothing
            | Ending::HandshakeEvicted
            | Ending::Upgraded
            | Ending::ClearLogin
            | Ending::Neither
            | Ending::SessionEvicted => return None,
        };
        let direction = self.direction();
        let Self { client, server, server_port: port, .. } = *self;
        let peer = match direction {
            Direction::Ingress => client,
            Direction::Egress => server,
        };
        Some(Finding { peer, now: self.time(), direction, protocol: self.protocol(), outcome, port })
    }
}

/// Encryption of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Encryption {
    /// The session switched to TLS before any login.
    Upgraded = 0,
    /// The client logged in in clear text.
    ClearLogin = 1,
    /// The session ended without TLS and without a login.
    Neither = 2,
}

impl Encryption {
    /// All values, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Upgraded, Self::ClearLogin, Self::Neither];

    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Upgraded => "upgraded",
            Self::ClearLogin => "clear_login",
            Self::Neither => "neither",
        }
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
