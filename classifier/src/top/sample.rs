//! What a source says at one moment, whichever source it is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::word::Word;
use crate::status::{Age, EndpointReport, SessionReport};

/// Counters and what stands beside them, at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Who counts, and where it is seen: said on the screen's first line.
    pub whence: String,
    /// The interfaces that are or were attached, by name.
    pub interfaces: BTreeMap<Word, Hooks>,
    /// What crossed them.
    pub traffic: BTreeMap<Flow, Tally>,
    /// The ICMP messages among it.
    pub icmp: BTreeMap<Message, u64>,
    /// The FTP tracking.
    pub ftp: Ftp,
    /// Whom connections were with.
    pub sources: Sources,
    /// How full the maps are: entries and capacity, by name.
    pub maps: BTreeMap<String, (u64, u64)>,
    /// What is wrong, or could not be read, a sentence each.
    pub problems: Vec<String>,
}

/// How an interface is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hooks {
    /// As `classifier_interface_info` has it; `none` where nothing hangs there.
    pub ingress: Word,
    /// The same.
    pub egress: Word,
}

/// What is counted apart from other traffic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// On the wire.
    pub packets: u64,
    /// From the link-layer header on.
    pub bytes: u64,
}

/// What the FTP tracking says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ftp {
    /// Control connections that are followed now: in clear text, and encrypted.
    pub clear_sessions: u64,
    /// The same.
    pub encrypted_sessions: u64,
    /// Data ports that are announced now.
    pub announced_endpoints: u64,
    /// Those that were dialled.
    pub connected_endpoints: u64,
    /// Each control connection; `null` where the source does not hold them.
    pub sessions: Option<Vec<SessionReport>>,
    /// Each data port; the same.
    pub endpoints: Option<Vec<EndpointReport>>,
}

/// Whom connections were with, where that was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sources {
    /// It was not.
    #[default]
    Unasked,
    /// They cannot be told, and why.
    Untold(String),
    /// Those that are known.
    Listed(Vec<Peer>),
}

/// A host or network, and what it had to do with this one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Peer {
    /// Its host (/32, /128), or its network (/24, /64).
    pub prefix: String,
    /// `inbound` or `outbound`.
    pub direction: Word,
    /// Label of the protocol.
    pub protocol: Word,
    /// What became of the connections; `redirect` for the ICMP messages that it sent.
    pub outcome: Word,
    /// How many there were, at most.
    pub count: u64,
    /// How many of them may have been others'.
    pub error: u64,
    /// How long ago the last one was; `null` where the source does not say it.
    pub last_seen_seconds: Option<Age>,
}
