// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Peers of connections.

use classifier_common::evidence::ConnectionOutcome;
use serde::{Deserialize, Serialize};

use super::{Moment, Opened, Prefix, outcome};

/// A host or network that is a frequent peer.
///
/// The count is an estimate with a bound: at least `count - overcount` connections were with the peer, and at
/// most `count`. The bound always holds: docs/sources.md has the proof.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceEvidence {
    /// Direction in which the connections were opened.
    pub direction: Opened,
    /// Label of the protocol.
    pub protocol: String,
    /// Outcome of the connections.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// Peer: a host (/32, /128), or its network (/24, /64). Connections of a host count in both.
    pub prefix: Prefix,
    /// Upper bound of the connections.
    pub count: u64,
    /// Overcount of the bound.
    pub overcount: u64,
    /// Time of the first connection since the peer has an entry; the first of all if `overcount` is 0.
    pub first_seen: Moment,
    /// Time of the last connection.
    pub last_seen: Moment,
}

/// A host or network that sent ICMP redirects, or got them if `direction` is outbound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RedirectEvidence {
    /// Inbound if it sent them to this host.
    pub direction: Opened,
    /// `icmp` or `icmpv6`.
    pub protocol: String,
    /// Sender of the redirects.
    pub prefix: Prefix,
    /// Upper bound of the messages.
    pub count: u64,
    /// Overcount of the bound.
    pub overcount: u64,
    /// Time as in [`SourceEvidence::first_seen`].
    pub first_seen: Moment,
    /// Time of the last message.
    pub last_seen: Moment,
}

/// Upper bound on the connections of a peer that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unlisted {
    /// Outcome of the connections.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// Upper bound of the connections, for each protocol and direction. 0: every peer is listed.
    pub at_most: u64,
}
