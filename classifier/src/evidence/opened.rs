//! Who opened a connection.

use classifier_common::abi::Direction;
use serde::{Deserialize, Serialize};

/// Which way a connection was asked for, seen from this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opened {
    /// By another host: its SYN came in.
    Inbound,
    /// By this one, or one behind it.
    Outbound,
}

impl Opened {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Inbound, Self::Outbound];

    /// Label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl From<Direction> for Opened {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Ingress => Self::Inbound,
            Direction::Egress => Self::Outbound,
        }
    }
}
