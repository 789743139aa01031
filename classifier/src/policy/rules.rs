// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A parsed policy.

use classifier_common::{
    abi::Direction,
    dry_run::{State, Verdict},
    protocol::Role,
};

use super::Prefix;

/// A firewall policy: the first rule that matches decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Verdict if no rule matches.
    pub default: Verdict,
    /// Rules, at most [`RULES`](classifier_common::shadow::RULES), each with a different name.
    pub rules: Vec<Rule>,
}

/// A rule: the packets that it matches, and its action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Name of the rule.
    pub name: String,
    /// Action of the rule.
    pub action: Verdict,
    /// Labels of matching protocols; empty for all.
    pub protocols: Vec<String>,
    /// Role of the sender.
    pub role: Option<Role>,
    /// Direction of the packets.
    pub direction: Option<Direction>,
    /// Source prefixes; empty for all.
    pub from: Vec<Prefix>,
    /// True if the packet must begin a TCP connection.
    pub state: Option<State>,
    /// Rate up to which the rule matches.
    pub rate: Option<Rate>,
}

/// A rate with a burst, as in nft's `limit rate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Number of packets.
    pub packets: u32,
    /// Unit of time, in nanoseconds.
    pub per: u64,
    /// Packets that can arrive at once.
    pub burst: u32,
}
