//! Connections of which it is known what became of them.

use std::fmt;

use classifier_common::evidence::ConnectionOutcome;
use serde::{Serialize, Serializer};

use super::{Peers, PortRange, Span};

/// What became of a connection.
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

/// The connections of a service that had one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What became of them.
    pub outcome: Outcome,
    /// How many there were.
    pub connections: u64,
    /// When; `None` where no time was kept.
    pub seen: Option<Span>,
    /// The ports that were dialled; `None` where none were kept.
    pub dialled: Option<PortRange>,
    /// The hosts at the other end.
    pub peers: Peers,
}

/// How many connections had which outcome.
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
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.established
            .saturating_add(self.refused)
            .saturating_add(self.rejected)
            .saturating_add(self.unanswered)
    }

    /// Those with this outcome.
    pub const fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome.0 {
            ConnectionOutcome::Established => &mut self.established,
            ConnectionOutcome::Refused => &mut self.refused,
            ConnectionOutcome::Rejected => &mut self.rejected,
            ConnectionOutcome::Unanswered => &mut self.unanswered,
        }
    }
}
