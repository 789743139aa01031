// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A rule for new connections: the connections, their peers, and the evidence.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Allow, SourceChoice};
use crate::report::{
    traffic::{Finding, Opened, Peer, Peers, PortRange, Prefix, Service, SocketsSeen, Transport, names},
    word,
};

/// Connections that a rule admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admits {
    /// Connections to these ports.
    To(Vec<PortRange>),
    /// Connections from one port to these ports.
    FromTo(u16, Vec<PortRange>),
    /// Connections that the kernel's FTP helper expects.
    Expected,
}

impl fmt::Display for Admits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |ports: &[PortRange]| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        match self {
            Self::To(ports) => f.write_str(&list(ports)),
            Self::FromTo(from, ports) => write!(f, "{from} to {}", list(ports)),
            Self::Expected => f.write_str("as announced"),
        }
    }
}

/// Basis of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Observed traffic.
    Observed,
    /// The operator's `--allow`.
    Allow,
    /// A DHCP client of this host.
    Dhcp,
}

impl Serialize for Admits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A rule that admits and counts the first packets of new connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Name of the rule's counter: direction, transport, and the protocol's label or a port.
    pub counter: String,
    /// Direction in which connections are opened.
    pub direction: Opened,
    /// Label of the protocol; empty for a rule by port.
    pub protocol: String,
    /// Basis of the rule.
    pub basis: Basis,
    /// Transport of the connections.
    pub transport: Transport,
    /// Connections that the rule admits.
    pub admits: Admits,
    /// Admitted peers; empty for any.
    pub peers: Vec<Prefix>,
    /// True if the kernel's FTP helper reads these connections.
    pub is_read_by_helper: bool,
    /// Evidence, in at most 128 characters.
    pub evidence: String,
}

impl Rule {
    /// Returns the name of a service's counter.
    pub(super) fn counter(direction: Opened, transport: Transport, name: &str) -> String {
        format!("{}_{transport}_{name}", word(direction))
    }
}

/// Most peers in a rule: a longer list is not reviewed.
const FEW: usize = 64;

/// Lists the peers of these connections; empty for any, by choice or because not all are known.
pub(super) fn peers(finding: Option<&Finding>, choice: SourceChoice) -> Vec<Prefix> {
    let Some(Finding { peers, .. }) = finding else { return Vec::new() };
    let (of, all): (&[Peer], bool) = match choice {
        SourceChoice::Any => (&[], false),
        SourceChoice::Hosts => (&peers.hosts, peers.all_hosts),
        SourceChoice::Networks => (&peers.networks, peers.all_networks),
    };
    let mut prefixes: Vec<_> =
        if all && of.len() <= FEW { of.iter().map(|peer| peer.prefix).collect() } else { Vec::new() };
    prefixes.sort();
    prefixes.dedup();
    prefixes
}

/// Most characters of an nft comment (`NFTNL_UDATA_COMMENT_MAXLEN`).
pub(super) const LETTERS: usize = 128;

/// Writes the number of connections and hosts, and the time span.
pub(super) fn evidence(service: &Service, sockets: &SocketsSeen) -> String {
    let mut text = of_traffic(service);
    if service.direction == Opened::Inbound {
        text.push_str(&listeners(service, sockets));
    }
    text.truncate(LETTERS);
    text
}

/// Names the processes that listen on the ports of a service.
fn listeners(service: &Service, sockets: &SocketsSeen) -> String {
    let ports = service.ports_used();
    let ports = ports.iter().flat_map(|range| range.low..=range.high);
    let on_ports = ports.filter_map(|port| sockets.on(service.transport, port));
    let mut listening: Vec<_> =
        on_ports.map(|one| names(&one.processes)).filter(|names| !names.is_empty()).collect();
    listening.dedup();
    if listening.is_empty() { String::new() } else { format!(", listening: {}", listening.join(", ")) }
}

fn of_traffic(service: &Service) -> String {
    let Some(established) = service.established() else {
        return format!(
            "{} request packets, {} response packets",
            service.packets_asking, service.packets_answering
        );
    };
    let connections = service.connections();
    let mut text = format!("{} connections", connections.total());
    for (count, outcome) in [
        (connections.refused, "refused"),
        (connections.rejected, "rejected"),
        (connections.unanswered, "unanswered"),
    ] {
        if count > 0 {
            text.extend([format!(", {count} {outcome}")]);
        }
    }
    text.push_str(&peers_text(established));
    if let Some(seen) = service.seen() {
        text.extend([format!(", {} to {}", seen.first, seen.last)]);
    }
    text
}

fn peers_text(Finding { peers: Peers { hosts, all_hosts, .. }, .. }: &Finding) -> String {
    match (hosts.len(), all_hosts) {
        (0, _) => String::new(),
        (1, true) => ", 1 host".into(),
        (count, true) => format!(", {count} hosts"),
        (count, false) => format!(", more than {count} hosts"),
    }
}

impl Allow {
    /// Builds the rule.
    pub(super) fn rule(self) -> Rule {
        let Self { direction, transport, ports } = self;
        Rule {
            counter: Rule::counter(direction, transport, &ports.to_string().replace('-', "_")),
            direction,
            protocol: String::new(),
            basis: Basis::Allow,
            transport,
            admits: Admits::To(vec![ports]),
            peers: Vec::new(),
            is_read_by_helper: false,
            evidence: "allowed by --allow, without observed traffic".into(),
        }
    }
}
