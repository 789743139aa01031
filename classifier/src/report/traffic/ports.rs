// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ports and transports.

use std::fmt;

use classifier_common::ports;
use serde::{Serialize, Serializer};

/// Transport of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transport(pub ports::Transport);

impl Transport {
    /// TCP (RFC 9293).
    pub const TCP: Self = Self(ports::Transport::Tcp);
    /// UDP (RFC 768).
    pub const UDP: Self = Self(ports::Transport::Udp);
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            ports::Transport::Tcp => "tcp",
            ports::Transport::Udp => "udp",
        })
    }
}

impl Serialize for Transport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PortRange {
    /// Lowest port.
    pub low: u16,
    /// Highest port, not below the lowest.
    pub high: u16,
}

impl PortRange {
    /// Creates the range of one port.
    #[must_use]
    pub const fn one(port: u16) -> Self {
        Self { low: port, high: port }
    }

    /// Tells whether a port is in the range.
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.low <= port && port <= self.high
    }

    /// Returns the number of ports.
    #[must_use]
    pub fn width(self) -> u32 {
        u32::from(self.high).saturating_sub(u32::from(self.low)) + 1
    }

    /// Returns the range that includes both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            write!(f, "{}", self.low)
        } else {
            write!(f, "{}-{}", self.low, self.high)
        }
    }
}
