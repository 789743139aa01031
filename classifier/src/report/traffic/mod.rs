//! What was seen of a host's traffic, as far as a firewall cares: made from pinned maps or captures, or made up in
//! a test. Everything in it is in a fixed order, so that the same traffic gives the same report.

use serde::Serialize;

mod finding;
mod ftp;
mod icmp;
mod loss;
mod peers;
mod ports;
mod service;
mod sessions;
mod span;

pub use crate::evidence::{Moment, Opened, Prefix};

pub use self::{
    finding::{Connections, Finding, Outcome},
    ftp::FtpSeen,
    icmp::{ErrorsSeen, IcmpSeen},
    loss::{Loss, OtherTraffic},
    peers::{Peer, Peers},
    ports::{PortRange, Transport},
    service::Service,
    sessions::Sessions,
    span::Span,
};

/// Everything that is known of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Where it is from: a folder of pins, or files.
    pub origin: Vec<String>,
    /// The interfaces whose traffic it is, by name.
    pub interfaces: Vec<String>,
    /// Whether what the host sent was looked at too.
    pub sees_egress: bool,
    /// By protocol and by who dials.
    pub services: Vec<Service>,
    /// ICMP messages by direction, family, type and code.
    pub icmp: Vec<IcmpSeen>,
    /// ICMP errors by the protocol that they quote: in the order of that, then as [`Self::icmp`].
    pub errors: Vec<ErrorsSeen>,
    /// Sessions that could have been encrypted, by protocol.
    pub sessions: Vec<Sessions>,
    /// What the tracking of FTP says.
    pub ftp: FtpSeen,
    /// Packets of no service.
    pub others: Vec<OtherTraffic>,
    /// What is missing from all this.
    pub losses: Vec<Loss>,
}

impl Traffic {
    /// Puts everything into its order.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.interfaces.sort();
        self.services.sort_by(|a, b| a.key().cmp(&b.key()));
        for service in &mut self.services {
            service.findings.sort_by_key(|finding| finding.outcome);
            service.findings.iter_mut().for_each(|finding| finding.peers.sort());
        }
        self.icmp.sort_by_key(IcmpSeen::key);
        self.sessions.sort_by(|a, b| a.protocol.cmp(&b.protocol));
        self.others.sort_by(|a, b| a.protocol.cmp(&b.protocol));
        self.losses.sort_by(|a, b| a.what.cmp(&b.what));
        self
    }
}
