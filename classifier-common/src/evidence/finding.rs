// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A connection with a known outcome.

use crate::{address::Address, packet::Direction, protocol::Protocol};

/// Outcome of a connection that a SYN requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ConnectionOutcome {
    /// The server answered with SYN-ACK.
    Established = 0,
    /// The server answered with RST.
    Refused = 1,
    /// An ICMP error about the SYN came back.
    Rejected = 2,
    /// No answer came in time: a firewall drops.
    Unanswered = 3,
}

impl ConnectionOutcome {
    /// All outcomes, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Established, Self::Refused, Self::Rejected, Self::Unanswered];

    /// Returns the label value.
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

/// A connection with a known outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Peer of this host: the client of an inbound connection, the server of an outbound one.
    pub peer: Address,
    /// Time of the outcome, in nanoseconds of the clock that the programs read.
    pub now: u64,
    /// Direction of the SYN: ingress is inbound, egress outbound.
    pub direction: Direction,
    /// Protocol by the port table, or FTP data; `tcp_other` for other services.
    pub protocol: Protocol,
    /// Outcome of the connection.
    pub outcome: ConnectionOutcome,
    /// Destination port of the SYN, in host order.
    pub port: u16,
}
