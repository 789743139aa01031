// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections with a known outcome: number, time span, and peers.

use std::{cmp::Reverse, fmt, time::Duration};

use classifier_common::evidence::ConnectionOutcome;
use serde::{Serialize, Serializer};

use super::PortRange;
use crate::evidence::{Moment, Prefix};

/// Outcome of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome(pub ConnectionOutcome);

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.label())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.label())
    }
}

/// The connections of a service with one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Outcome of the connections.
    pub outcome: Outcome,
    /// Number of connections.
    pub connections: u64,
    /// Time span; `None` if no times were kept.
    pub seen: Option<Span>,
    /// Destination ports; `None` if none were kept.
    pub server_ports: Option<PortRange>,
    /// Hosts at the other end.
    pub peers: Peers,
}

/// Number of connections by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Connections {
    /// Answered with SYN-ACK.
    pub established: u64,
    /// Answered with RST.
    pub refused: u64,
    /// Answered with an ICMP error.
    pub rejected: u64,
    /// Not answered in time.
    pub unanswered: u64,
}

impl Connections {
    /// Returns the total.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.established
            .saturating_add(self.refused)
            .saturating_add(self.rejected)
            .saturating_add(self.unanswered)
    }

    /// Returns the number with this outcome, to be changed.
    pub const fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome.0 {
            ConnectionOutcome::Established => &mut self.established,
            ConnectionOutcome::Refused => &mut self.refused,
            ConnectionOutcome::Rejected => &mut self.rejected,
            ConnectionOutcome::Unanswered => &mut self.unanswered,
        }
    }
}

/// Time span of observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Time of the first one.
    pub first: Moment,
    /// Time of the last one.
    pub last: Moment,
}

impl Span {
    /// Returns the time from the first to the last observation.
    #[must_use]
    pub fn length(self) -> Duration {
        self.last.time().duration_since(self.first.time()).unwrap_or_default()
    }

    /// Returns the span that includes both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// A host or a network, with its share of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Address range of the host or network.
    pub prefix: Prefix,
    /// Upper bound of its connections.
    pub connections: u64,
    /// Overcount: it had at least the difference.
    pub overcount: u64,
}

/// The most frequent hosts and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Peers {
    /// Hosts: /32 and /128.
    pub hosts: Vec<Peer>,
    /// Networks: /24 and /64.
    pub networks: Vec<Peer>,
    /// True if all hosts are listed: none was evicted.
    pub all_hosts: bool,
    /// True if all networks are listed.
    pub all_networks: bool,
}

impl Peers {
    /// Sorts the most frequent first; equal ones by address.
    pub(super) fn sort(&mut self) {
        for peers in [&mut self.hosts, &mut self.networks] {
            peers.sort_by_key(|peer| (Reverse(peer.connections), peer.prefix));
        }
    }
}
