// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Number and times of connections.

use classifier_common::evidence::ConnectionOutcome;
use serde::{Deserialize, Serialize};

use super::{Moment, Opened, outcome};

/// The connections of a protocol with the same outcome, to any peer: exact numbers, unlike those of peers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeenEvidence {
    /// Direction in which they were opened.
    pub direction: Opened,
    /// Label of the protocol.
    pub protocol: String,
    /// Outcome of the connections.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// Number of connections.
    pub connections: u64,
    /// Time of the first one.
    pub first_seen: Moment,
    /// Time of the last one.
    pub last_seen: Moment,
    /// Lowest destination port.
    pub lowest_port: u16,
    /// Highest destination port.
    pub highest_port: u16,
}
