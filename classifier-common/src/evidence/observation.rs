// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Observations of a source, packed into one word.

use super::{ConnectionOutcome, Finding};
use crate::{address::Address, packet::Direction, protocol::Protocol};

/// Kind of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observation {
    /// A connection with the source had this outcome.
    Connection(ConnectionOutcome),
    /// The source sent an ICMP redirect (RFC 792 type 5, RFC 4861 type 137).
    Redirect,
}

impl Observation {
    /// All observations, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::Connection(ConnectionOutcome::Established),
        Self::Connection(ConnectionOutcome::Refused),
        Self::Connection(ConnectionOutcome::Rejected),
        Self::Connection(ConnectionOutcome::Unanswered),
        Self::Redirect,
    ];

    /// Returns the number, below 5.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Connection(outcome) => outcome as u8,
            Self::Redirect => 4,
        }
    }
}

/// An observation, packed for calls between kernel functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Peer of this host.
    pub peer: Address,
    /// Time in nanoseconds of the clock that the programs read.
    pub now: u64,
    /// Packed fields, from the lowest byte: 0, direction, protocol, observation; then the port in two bytes.
    word: u64,
}

impl Observed {
    /// Creates an observation from the result of [`Self::word`].
    #[inline(always)]
    #[must_use]
    pub const fn from_word(peer: Address, now: u64, word: u64) -> Self {
        Self { peer, now, word }
    }

    #[inline(always)]
    const fn new(peer: Address, now: u64, what: (Direction, Protocol, Observation), port: u16) -> Self {
        let (direction, protocol, observation) = what;
        let word = (direction as u64) << 8
            | (protocol.index() as u64) << 16
            | (observation.number() as u64) << 24
            | (port as u64) << 32;
        Self { peer, now, word }
    }

    /// Creates the observation of an ICMP redirect by this host.
    #[inline(always)]
    #[must_use]
    pub const fn redirect(peer: Address, now: u64, direction: Direction) -> Self {
        let protocol = if peer.is_v4() { Protocol::ICMP } else { Protocol::ICMPV6 };
        Self::new(peer, now, (direction, protocol, Observation::Redirect), 0)
    }

    /// Returns direction, protocol, observation and port in one word.
    #[inline(always)]
    #[must_use]
    pub const fn word(&self) -> u64 {
        self.word
    }

    /// Returns direction, protocol and observation, as in a source's key.
    #[inline(always)]
    pub(super) const fn what(&self) -> u64 {
        self.word & 0xffff_ffff
    }

    /// Returns whether the connection or flow was with another service: no protocol has its port.
    #[inline(always)]
    #[must_use]
    pub const fn is_of_other_service(&self) -> bool {
        const { assert!(Protocol::UDP_OTHER.index() == Protocol::TCP_OTHER.index() + 1) };
        (self.word >> 16 & 0xff).wrapping_sub(Protocol::TCP_OTHER.index() as u64) < 2
    }

    /// Returns the number of the observation. The mask tells the programs that it is below 8.
    #[inline(always)]
    #[must_use]
    pub const fn observation(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "three bits are left")]
        let number = (self.word >> 24) as u32 & 7;
        number
    }

    /// Returns the index of its direction and protocol among the [`SEEN_ROWS`](super::SEEN_ROWS).
    #[inline(always)]
    #[must_use]
    pub const fn row(&self) -> usize {
        let (direction, protocol) = ((self.word >> 8) as usize & 1, (self.word >> 16) as usize & 63);
        direction << 6 | protocol
    }

    /// Returns the destination port; 0 if there is none.
    #[inline(always)]
    #[must_use]
    pub const fn port(&self) -> u16 {
        #[expect(clippy::cast_possible_truncation, reason = "the port is what is left")]
        let port = (self.word >> 32) as u16;
        port
    }
}

impl From<&Finding> for Observed {
    #[inline(always)]
    fn from(finding: &Finding) -> Self {
        let what = (finding.direction, finding.protocol, Observation::Connection(finding.outcome));
        Self::new(finding.peer, finding.now, what, finding.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_stand_at_their_numbers() {
        for (number, observation) in (0..).zip(Observation::ALL) {
            assert_eq!(observation.number(), number);
        }
    }

    #[test]
    fn a_word_says_all_that_was_put_into_it() {
        let finding = Finding {
            peer: Address::v4([192, 0, 2, 1]),
            now: 7,
            direction: Direction::Egress,
            protocol: Protocol::from_index(63),
            outcome: ConnectionOutcome::Unanswered,
            port: 65_535,
        };
        let observed = Observed::from(&finding);
        assert_eq!(Observed::from_word(finding.peer, 7, observed.word()), observed);
        assert_eq!((observed.observation(), observed.row(), observed.port()), (3, 127, 65_535));
        let redirect = Observed::redirect(Address::v6([1; 16]), 0, Direction::Ingress);
        assert_eq!((redirect.observation(), redirect.row(), redirect.port()), (4, 7, 0));
    }
}
