//! With whom.

use classifier_common::evidence::ConnectionOutcome;
use serde::{Deserialize, Serialize};

use super::{Moment, Opened, Prefix, outcome};

/// A host or network that many connections were with.
///
/// It is an estimate with a bound: at least `count - error` connections were with it, and at most `count`. The bound holds
/// whatever came before: docs/sources.md has the proof.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceEvidence {
    /// Who opened them.
    pub direction: Opened,
    /// Label of their protocol.
    pub protocol: String,
    /// What became of them.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// The other end: its host (/32, /128), or the network that it is in (/24, /64). Those of a network count in both.
    pub prefix: Prefix,
    /// Connections, at most.
    pub count: u64,
    /// How many of them may have been with others.
    pub error: u64,
    /// When the first of them was seen since it has a place in the table; where `error` is 0, the first of all.
    pub first_seen: Moment,
    /// When the last of them was seen.
    pub last_seen: Moment,
}

/// A host or network that ICMP redirects came from, or went to where `direction` is outbound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RedirectEvidence {
    /// Inbound: it sent them to this host.
    pub direction: Opened,
    /// `icmp` or `icmpv6`.
    pub protocol: String,
    /// Who sent them.
    pub prefix: Prefix,
    /// Messages, at most.
    pub count: u64,
    /// How many of them may have been others'.
    pub error: u64,
    /// As [`SourceEvidence::first_seen`].
    pub first_seen: Moment,
    /// When the last of them was seen.
    pub last_seen: Moment,
}

/// How many connections may have been with a host or network that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unlisted {
    /// What became of them.
    #[serde(with = "outcome")]
    pub outcome: ConnectionOutcome,
    /// Connections, at most, of one protocol and direction. 0: every source is listed.
    pub at_most: u64,
}
