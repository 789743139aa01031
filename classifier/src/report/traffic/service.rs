// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An observed protocol, with its direction and ports.

use classifier_common::{
    evidence::ConnectionOutcome,
    protocol::{PROTOCOLS, Protocol},
};
use serde::Serialize;

use super::{Connections, Finding, Outcome, PortRange, Span, Transport};
use crate::evidence::Opened;

/// A protocol over one transport, in one direction of its connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Direction in which connections were opened.
    pub direction: Opened,
    /// Label of the protocol.
    pub protocol: String,
    /// Transport of the service.
    pub transport: Transport,
    /// Ports of the protocol in the port table.
    pub ports: Vec<u16>,
    /// Connections by outcome, without outcomes that no connection had.
    pub findings: Vec<Finding>,
    /// Packets from the client's side.
    pub packets_asking: u64,
    /// Packets from the server's side.
    pub packets_answering: u64,
}

impl Service {
    /// Returns the key that identifies a service, and by which services are sorted: by the protocol table.
    #[must_use]
    pub fn key(&self) -> (Opened, usize, Option<u16>, &str, Transport) {
        let row = Protocol::fixed().position(|(_, label)| label == self.protocol);
        let row = row.unwrap_or(PROTOCOLS);
        (self.direction, row, self.ports.iter().copied().min(), &self.protocol, self.transport)
    }

    /// Tells whether the service is this protocol.
    #[must_use]
    pub fn is(&self, protocol: Protocol) -> bool {
        protocol.fixed_label() == Some(&self.protocol)
    }

    /// Tells whether the service is FTP data, whose ports belong to no protocol before they are announced.
    #[must_use]
    pub fn is_ftp_data(&self) -> bool {
        self.is(Protocol::FTP_DATA_ACTIVE) || self.is(Protocol::FTP_DATA_PASSIVE)
    }

    /// Returns the connections with this outcome.
    #[must_use]
    pub fn finding(&self, outcome: ConnectionOutcome) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.outcome == Outcome(outcome))
    }

    /// Returns the connections that were answered with SYN-ACK.
    #[must_use]
    pub fn established(&self) -> Option<&Finding> {
        self.finding(ConnectionOutcome::Established)
    }

    /// Counts connections by outcome.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let mut connections = Connections::default();
        for finding in &self.findings {
            *connections.of(finding.outcome) += finding.connections;
        }
        connections
    }

    /// Returns the time span over all outcomes.
    #[must_use]
    pub fn seen(&self) -> Option<Span> {
        self.findings.iter().filter_map(|finding| finding.seen).reduce(Span::join)
    }

    /// Returns the table's ports that were successful destinations, or could have been; none for FTP data. If
    /// the table has changed since, returns the one observed port: a range of two could include ports of
    /// others.
    #[must_use]
    pub fn ports_used(&self) -> Vec<PortRange> {
        if self.is_ftp_data() {
            return Vec::new();
        }
        let server_ports = self.established().and_then(|finding| finding.server_ports);
        let used = |port: &u16| server_ports.is_none_or(|range| range.contains(*port));
        let ports: Vec<_> =
            self.ports.iter().filter(|port| used(port)).copied().map(PortRange::one).collect();
        if ports.is_empty() {
            server_ports.filter(|range| range.width() == 1).into_iter().collect()
        } else {
            ports
        }
    }
}
