// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections to other services.

use classifier_common::{
    evidence::{ConnectionOutcome, Observation, Source},
    ports::Transport,
    protocol::Protocol,
};
use serde::{Deserialize, Serialize};

use super::{Clock, Moment, Opened, outcome};
use crate::iana;

const UDP: &str = "udp";

/// The connections to a port that no protocol has, with one outcome.
///
/// The count is an estimate with the bound of [`SourceEvidence`](super::SourceEvidence).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceEvidence {
    /// Direction in which the connections were opened.
    pub direction: Opened,
    /// Transport of the port: `tcp` or `udp`.
    pub transport: String,
    /// Destination port.
    pub port: u16,
    /// Name of the port at IANA, if it is well known.
    pub name: Option<String>,
    /// Outcome of the connections.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// Upper bound of the connections.
    pub count: u64,
    /// Overcount of the bound.
    pub overcount: u64,
    /// Time of the first connection since the port has an entry; the first of all if `overcount` is 0.
    pub first_seen: Moment,
    /// Time of the last connection.
    pub last_seen: Moment,
}

impl ServiceEvidence {
    /// Returns the transport of the port.
    #[must_use]
    pub fn of_transport(&self) -> Transport {
        if self.transport == UDP { Transport::Udp } else { Transport::Tcp }
    }

    /// Converts an entry; `None` if this build does not know its outcome.
    pub(super) fn of(entry: &Source, clock: Clock) -> Option<Self> {
        let Some(Observation::Connection(outcome)) = entry.key.observation() else { return None };
        let (transport, label) = match entry.key.protocol() {
            Protocol::UDP_OTHER => (Transport::Udp, UDP),
            _ => (Transport::Tcp, "tcp"),
        };
        let port = entry.key.port();
        Some(Self {
            direction: entry.key.direction().into(),
            transport: label.into(),
            port,
            name: iana::service_name(transport, port).map(Into::into),
            outcome,
            count: entry.count,
            overcount: entry.error,
            first_seen: clock.moment(entry.first),
            last_seen: clock.moment(entry.last),
        })
    }
}
