//! Ports, and ranges of them.

use std::fmt;

use classifier_common::ports;
use serde::{Serialize, Serializer};

/// What carries the ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transport(pub ports::Transport);

impl Transport {
    /// RFC 9293.
    pub const TCP: Self = Self(ports::Transport::Tcp);
    /// RFC 768.
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

/// Ports from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PortRange {
    /// The lowest.
    pub low: u16,
    /// The highest, not below the lowest.
    pub high: u16,
}

impl PortRange {
    /// One port alone.
    #[must_use]
    pub const fn one(port: u16) -> Self {
        Self { low: port, high: port }
    }

    /// Whether a port is in it.
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.low <= port && port <= self.high
    }

    /// How many ports it has.
    #[must_use]
    pub fn width(self) -> u32 {
        u32::from(self.high).saturating_sub(u32::from(self.low)) + 1
    }

    /// The range with both in it.
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
