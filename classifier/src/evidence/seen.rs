//! How many, and when.

use classifier_common::evidence::ConnectionOutcome;
use serde::{Deserialize, Serialize};

use super::{Moment, Opened, outcome};

/// Connections of a protocol that ended up in the same way, whoever they were with: exact, whatever became of the
/// sources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeenEvidence {
    /// Who opened them.
    pub direction: Opened,
    /// Label of their protocol.
    pub protocol: String,
    /// What became of them.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// How many.
    pub connections: u64,
    /// When the first of them was seen.
    pub first_seen: Moment,
    /// When the last of them was seen.
    pub last_seen: Moment,
    /// The lowest port that was dialled.
    pub lowest_port: u16,
    /// The highest port that was dialled.
    pub highest_port: u16,
}
