//! A protocol that was spoken, and who dialled.

use classifier_common::{evidence::ConnectionOutcome, protocol::Protocol};
use serde::Serialize;

use super::{Connections, Finding, Outcome, PortRange, Span, Transport};
use crate::evidence::Opened;

/// A protocol over one transport, dialled one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Who dials.
    pub direction: Opened,
    /// Label of the protocol.
    pub protocol: String,
    /// What carries it.
    pub transport: Transport,
    /// Its ports in the port table.
    pub ports: Vec<u16>,
    /// Its connections, by outcome; without those that nothing had.
    pub findings: Vec<Finding>,
    /// Packets from the side that dials.
    pub packets_asking: u64,
    /// Packets from the side that is dialled.
    pub packets_answering: u64,
}

impl Service {
    /// What tells two of them apart, in the order in which they stand: that of the protocol table.
    #[must_use]
    pub fn key(&self) -> (Opened, usize, Option<u16>, &str, Transport) {
        let row = Protocol::FIXED.iter().position(|(_, label, _)| *label == self.protocol);
        let row = row.unwrap_or(Protocol::FIXED.len());
        (self.direction, row, self.ports.iter().copied().min(), &self.protocol, self.transport)
    }

    /// Whether it has this label.
    #[must_use]
    pub fn is(&self, protocol: Protocol) -> bool {
        Protocol::FIXED.iter().any(|(fixed, label, _)| *fixed == protocol && *label == self.protocol)
    }

    /// Whether it is FTP's data, whose ports are nobody's before they are announced.
    #[must_use]
    pub fn is_ftp_data(&self) -> bool {
        self.is(Protocol::FTP_DATA_ACTIVE) || self.is(Protocol::FTP_DATA_PASSIVE)
    }

    /// The connections with this outcome.
    #[must_use]
    pub fn finding(&self, outcome: ConnectionOutcome) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.outcome == Outcome(outcome))
    }

    /// The connections that were answered with SYN-ACK.
    #[must_use]
    pub fn established(&self) -> Option<&Finding> {
        self.finding(ConnectionOutcome::Established)
    }

    /// How many connections had which outcome.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let mut connections = Connections::default();
        for finding in &self.findings {
            *connections.of(finding.outcome) += finding.connections;
        }
        connections
    }

    /// When it was seen, whatever became of it.
    #[must_use]
    pub fn seen(&self) -> Option<Span> {
        self.findings.iter().filter_map(|finding| finding.seen).reduce(Span::join)
    }

    /// The ports of the table that were dialled with success, or could have been; of FTP data none.
    #[must_use]
    pub fn ports_used(&self) -> Vec<PortRange> {
        if self.is_ftp_data() {
            return Vec::new();
        }
        let dialled = self.established().and_then(|finding| finding.dialled);
        let used = |port: &u16| dialled.is_none_or(|range| range.contains(*port));
        let ports: Vec<_> =
            self.ports.iter().filter(|port| used(port)).copied().map(PortRange::one).collect();
        // The table may have changed since.
        if ports.is_empty() { dialled.into_iter().collect() } else { ports }
    }
}
