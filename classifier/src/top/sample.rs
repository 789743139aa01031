// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A sample of any source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::word::Word;
use crate::snapshot::{Age, EndpointReport, SessionReport};

/// Counters and other data of a source, at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Description of the source, for the first line of the screen.
    pub origin: String,
    /// Interfaces that are or were attached, by name.
    pub interfaces: BTreeMap<Word, Hooks>,
    /// Packets and bytes by flow.
    pub traffic: BTreeMap<Flow, Tally>,
    /// ICMP messages by kind.
    pub icmp: BTreeMap<Message, u64>,
    /// Packets of the dry run by decision.
    pub policy: BTreeMap<Decision, u64>,
    /// The FTP tracking.
    pub ftp: Ftp,
    /// Peers of connections.
    pub sources: Listing<Peer>,
    /// Connections to ports that no protocol has.
    pub services: Listing<OtherService>,
    /// Fill of the maps: entries and capacity, by name.
    pub maps: BTreeMap<String, (u64, u64)>,
    /// Problems and unreadable parts, one sentence each.
    pub problems: Vec<String>,
}

/// Hooks of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// Hook as in `classifier_interface_info`; `none` if not attached.
    pub ingress: Word,
    /// Hook as above, of egress.
    pub egress: Word,
}

/// Labels that packets are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// Name of the interface.
    pub interface: Word,
    /// `ingress` or `egress`.
    pub direction: Word,
    /// Label of the protocol.
    pub protocol: Word,
    /// `to_server`, `from_server` or `none`.
    pub role: Word,
}

/// A kind of ICMP message on an interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Name of the interface.
    pub interface: Word,
    /// `ingress` or `egress`.
    pub direction: Word,
    /// `ipv4` or `ipv6`.
    pub family: Word,
    /// Number of the type, or `other`.
    #[serde(rename = "type")]
    pub kind: Word,
    /// Number of the code, or `other`.
    pub code: Word,
    /// Name of the type.
    pub name: Word,
}

/// A decision of the dry run on an interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// Name of the interface.
    pub interface: Word,
    /// `ingress` or `egress`.
    pub direction: Word,
    /// Name of the rule, or `default`.
    pub rule: Word,
    /// `would_accept` or `would_drop`.
    pub verdict: Word,
}

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Packets on the wire.
    pub packets: u64,
    /// Bytes from the link-layer header on.
    pub bytes: u64,
}

/// Numbers of the FTP tracking.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ftp {
    /// Followed control connections in clear text.
    pub clear_sessions: u64,
    /// Followed control connections with encryption.
    pub encrypted_sessions: u64,
    /// Announced data ports.
    pub announced_endpoints: u64,
    /// Data ports with a connection.
    pub connected_endpoints: u64,
    /// Control connections; `null` if the source does not list them.
    pub sessions: Option<Vec<SessionReport>>,
    /// Data ports; `null` if the source does not list them.
    pub endpoints: Option<Vec<EndpointReport>>,
}

/// A list that is read on request.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Listing<T> {
    /// The list was not requested.
    #[default]
    Unasked,
    /// The list cannot be read, with the reason.
    Untold(String),
    /// The known entries.
    Listed(Vec<T>),
}

impl<T> Listing<T> {
    /// Returns the entries, if the list was read.
    #[must_use]
    pub fn listed(&self) -> Option<&[T]> {
        match self {
            Self::Listed(listed) => Some(listed),
            Self::Unasked | Self::Untold(_) => None,
        }
    }
}

/// A host or network, with its connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// Host (/32, /128), or network (/24, /64).
    pub prefix: String,
    /// `inbound` or `outbound`.
    pub direction: Word,
    /// Label of the protocol.
    pub protocol: Word,
    /// Outcome of the connections; `redirect` for ICMP redirects of the host.
    pub outcome: Word,
    /// Upper bound of the connections.
    pub count: u64,
    /// Overcount of the bound.
    pub overcount: u64,
    /// Age of the last connection; `null` if the source does not tell it.
    pub last_seen_seconds: Option<Age>,
}

/// The connections to a port that no protocol has, with one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherService {
    /// `tcp` or `udp`.
    pub transport: Word,
    /// Destination port.
    pub port: u16,
    /// Name of the port at IANA, if it is well known.
    pub name: Option<Word>,
    /// `inbound` or `outbound`.
    pub direction: Word,
    /// Outcome of the connections.
    pub outcome: Word,
    /// Upper bound of the connections.
    pub count: u64,
    /// Overcount of the bound.
    pub overcount: u64,
    /// Age of the last connection; `null` if the source does not tell it.
    pub last_seen_seconds: Option<Age>,
}
