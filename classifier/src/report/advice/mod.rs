// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Derives what should be allowed from what was observed: pure, and in a fixed order.

use serde::Serialize;

use super::traffic::{PortRange, Traffic};

mod dhcp;
mod ftp_data;
mod guard;
mod icmp;
mod listening;
mod options;
mod other_services;
mod rule;
mod services;
mod warnings;

pub use self::{
    guard::{Refusal, RefusalKind},
    icmp::{EchoLimit, IcmpRule, IcmpVerdict},
    listening::{PortUse, Usage},
    options::{Allow, FtpData, Options, Output, SourceChoice},
    rule::{Admits, Basis, Rule},
    services::NotAllowed,
};

/// Advice for a firewall on this host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// Reasons not to write a ruleset.
    pub refusals: Vec<Refusal>,
    /// Warnings, most severe first.
    pub warnings: Vec<Warning>,
    /// New connections that should pass, each rule with its counter.
    pub rules: Vec<Rule>,
    /// Observed services that should not pass.
    pub not_allowed: Vec<NotAllowed>,
    /// Ports on which processes listen, or that were used, with their use.
    pub listening: Vec<PortUse>,
    /// ICMP that should pass, or must not, observed or not.
    pub icmp: Vec<IcmpRule>,
    /// True if output is restricted to the rules: only if that is asked for, and egress was observed.
    pub closes_output: bool,
    /// Ports that an FTP server here should use for passive data connections; `None` if it used none.
    pub passive_ports: Option<PortRange>,
}

impl Advice {
    /// Derives the advice from the evidence.
    #[must_use]
    pub fn of(traffic: &Traffic, options: &Options) -> Self {
        let (allowed, not_allowed) = services::split(traffic);
        let mut rules = services::rules(&allowed, traffic, options);
        rules.extend(other_services::rules(traffic, options));
        rules.extend(options.allow.iter().copied().map(Allow::rule));
        rules.extend(dhcp::rules(&traffic.sockets));
        rules.sort_by_key(|rule| rule.direction);
        Self {
            refusals: guard::refusals(traffic, &rules, options),
            listening: listening::ports(traffic, &rules),
            warnings: warnings::of(traffic, &rules, &not_allowed, options.output),
            rules,
            not_allowed,
            icmp: icmp::rules(traffic),
            closes_output: traffic.sees_egress && options.output == Output::Closed,
            passive_ports: ftp_data::passive_ports(&allowed),
        }
    }

    /// Tells whether a rule admits connections that the kernel's FTP helper expects.
    #[must_use]
    pub fn has_helper(&self) -> bool {
        self.rules.iter().any(|rule| rule.admits == Admits::Expected)
    }
}

/// Kind of a warning, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// The evidence is empty.
    NoEvidence,
    /// Passwords were sent in clear text.
    ClearTextLogin,
    /// Connections got no answer, so a firewall may drop them.
    Unanswered,
    /// ICMP redirects asked this host to send to another gateway.
    IcmpRedirect,
    /// A client asked an FTP server to connect to another host.
    FtpBounce,
    /// FTP data connections that no session had announced.
    DataWithoutSession,
    /// The evidence is incomplete.
    Incomplete,
    /// Traffic that no rule admits.
    Unnamed,
    /// Egress was not observed.
    OutputUnseen,
    /// Datagrams without an answer.
    OneWay,
    /// FTP data is admitted on any port.
    WidePorts,
}

/// A problem for the operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// Kind of the warning.
    pub kind: WarningKind,
    /// Subject: a protocol, a direction, a map; empty if the kind says it.
    pub about: String,
    /// The problem and its remedy, in one sentence.
    pub text: String,
}
