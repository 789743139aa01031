// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Direction of the SYN of a connection.

use classifier_common::abi::Direction;
use serde::{Deserialize, Serialize};

/// Direction in which a connection was opened, seen from this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opened {
    /// Opened by another host: its SYN came in.
    Inbound,
    /// Opened by this host, or by one behind it.
    Outbound,
}

impl Opened {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::Inbound, Self::Outbound];

    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl From<Opened> for Direction {
    /// Direction of the SYN at the interface.
    fn from(opened: Opened) -> Self {
        match opened {
            Opened::Inbound => Self::Ingress,
            Opened::Outbound => Self::Egress,
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
