//! One connection, once it is known what became of it.

use crate::{abi::Direction, endpoint::Address, protocol::Protocol};

/// What became of a connection that a SYN asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ConnectionOutcome {
    /// The server answered with SYN-ACK.
    Established = 0,
    /// It answered with RST.
    Refused = 1,
    /// An ICMP error about the SYN came back.
    Rejected = 2,
    /// Nothing came back in time: something drops.
    Unanswered = 3,
}

impl ConnectionOutcome {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Established, Self::Refused, Self::Rejected, Self::Unanswered];

    /// Label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Established => "established",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::Unanswered => "unanswered",
        }
    }
}

/// A connection of which the outcome is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The other host, seen from this one: the client of an inbound connection, the server of an outbound one.
    pub peer: Address,
    /// When the outcome was seen, in nanoseconds of the clock that the programs read.
    pub now: u64,
    /// Which way the SYN went: ingress is inbound, egress outbound.
    pub direction: Direction,
    /// Of the port table, or FTP data.
    pub protocol: Protocol,
    /// What became of it.
    pub outcome: ConnectionOutcome,
    /// Port that was dialled, in host order.
    pub port: u16,
}
