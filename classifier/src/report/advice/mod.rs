//! From what was seen to what should be allowed: pure, and in a fixed order.

use serde::Serialize;

use super::traffic::{PortRange, Traffic};

mod allowed;
mod comment;
mod ftp_data;
mod icmp;
mod options;
mod passive;
mod restriction;
mod rule;
mod services;
mod warning;
mod warnings;

pub use self::{
    allowed::Allow,
    icmp::{EchoLimit, IcmpRule, IcmpVerdict},
    options::{FtpData, Options, SourceChoice},
    passive::rounded,
    rule::{Admits, Rule},
    services::NotAllowed,
    warning::{Warning, WarningKind},
};

/// What a firewall on this host should do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What somebody should look at, the gravest first.
    pub warnings: Vec<Warning>,
    /// New connections that should pass, each rule with its counter.
    pub rules: Vec<Rule>,
    /// Services that were seen and are not to pass.
    pub not_allowed: Vec<NotAllowed>,
    /// ICMP that should pass, or must not, whether it was seen or not.
    pub icmp: Vec<IcmpRule>,
    /// Whether what this host sends is closed but for these rules: it is where that was seen.
    pub closes_output: bool,
    /// The ports that an FTP server here should give to passive data connections; `None` where it gave none.
    pub passive_ports: Option<PortRange>,
}

impl Advice {
    /// What follows from the evidence.
    #[must_use]
    pub fn of(traffic: &Traffic, options: &Options) -> Self {
        let (allowed, not_allowed) = services::judge(traffic);
        let mut rules = services::rules(&allowed, traffic, options);
        rules.extend(options.allow.iter().copied().map(Allow::rule));
        rules.sort_by_key(|rule| rule.direction);
        Self {
            warnings: warnings::of(traffic, &rules, &not_allowed),
            rules,
            not_allowed,
            icmp: icmp::rules(traffic),
            closes_output: traffic.sees_egress,
            passive_ports: ftp_data::passive_ports(&allowed),
        }
    }

    /// Whether a rule lets connections pass that the kernel's FTP helper expects.
    #[must_use]
    pub fn has_helper(&self) -> bool {
        self.rules.iter().any(|rule| rule.admits == Admits::Expected)
    }
}
