// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Observed traffic of a host, as far as a firewall needs it: from pinned maps or captures, or from a test.
//! Everything is in a fixed order, so that the same traffic gives the same report.

use serde::Serialize;

mod finding;
mod icmp;
mod other_service;
mod ports;
mod service;
mod sockets;

pub use crate::evidence::{Moment, Opened, Prefix};

pub use self::{
    finding::{Connections, Finding, Outcome, Peer, Peers, Span},
    icmp::{ErrorsSeen, IcmpSeen},
    other_service::{OtherService, OtherServices},
    ports::{PortRange, Transport},
    service::Service,
    sockets::{Listening, LoginInUse, OfSockets, SocketsSeen, names},
};

/// The observed traffic of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Source: a pin directory, or files.
    pub origin: Vec<String>,
    /// Interfaces of the traffic, by name.
    pub interfaces: Vec<String>,
    /// True if egress was observed too.
    pub sees_egress: bool,
    /// Time span of the observation; `None` if it is not known.
    pub observed: Option<Span>,
    /// Sockets of this host.
    pub sockets: SocketsSeen,
    /// Services by protocol and direction.
    pub services: Vec<Service>,
    /// Services of which no protocol has the port.
    pub other_services: OtherServices,
    /// ICMP messages by direction, family, type and code.
    pub icmp: Vec<IcmpSeen>,
    /// ICMP errors by the protocol that they quote, then as [`Self::icmp`].
    pub errors: Vec<ErrorsSeen>,
    /// Sessions that could have been encrypted, by protocol.
    pub sessions: Vec<Sessions>,
    /// Observations of the FTP tracking.
    pub ftp: FtpSeen,
    /// Packets of no service.
    pub others: Vec<OtherTraffic>,
    /// Missing parts of the observations.
    pub losses: Vec<Loss>,
}

impl Traffic {
    /// Sorts everything.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.interfaces.sort();
        self.services.sort_by(|a, b| a.key().cmp(&b.key()));
        for service in &mut self.services {
            service.findings.sort_by_key(|finding| finding.outcome);
            service.findings.iter_mut().for_each(|finding| finding.peers.sort());
        }
        self.other_services.listed.sort_by_key(OtherService::key);
        self.icmp.sort_by_key(IcmpSeen::key);
        self.sessions.sort_by(|a, b| a.protocol.cmp(&b.protocol));
        self.others.sort_by(|a, b| a.protocol.cmp(&b.protocol));
        self.losses.sort_by(|a, b| a.what.cmp(&b.what));
        self
    }
}

/// The sessions of a protocol that begins in clear text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sessions {
    /// Label of the protocol.
    pub protocol: String,
    /// Sessions that switched to TLS.
    pub upgraded: u64,
    /// Sessions that logged in in clear text.
    pub clear_login: u64,
    /// Sessions that ended with neither.
    pub neither: u64,
}

impl Sessions {
    /// Returns the total.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.upgraded.saturating_add(self.clear_login).saturating_add(self.neither)
    }
}

/// Observations of FTP that belong to no connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FtpSeen {
    /// PORT and EPRT commands that named another host than the client, as in a bounce attack (RFC 2577 §3).
    pub bounce_attempts: u64,
    /// 227 replies that named another host than the server.
    pub address_mismatches: u64,
    /// Control connections that switched to TLS.
    pub encrypted_sessions: u64,
    /// Data packets of connections that no control connection had announced, next to an encrypted control
    /// connection.
    pub inferred_packets: u64,
    /// Data packets of port 20 that no control connection had announced.
    pub port20_packets: u64,
}

/// Packets that belong to no service of the port table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OtherTraffic {
    /// Label: `tcp_other`, `udp_other`, `ip_other`, …
    pub protocol: String,
    /// Packets received.
    pub received: u64,
    /// Packets sent.
    pub sent: u64,
}

/// A number of evictions, full tables or lost events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// Description, as the end of "so many …".
    pub what: String,
    /// Number of losses.
    pub count: u64,
}
