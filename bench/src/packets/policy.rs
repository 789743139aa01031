// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The measured policy: 10 rules and 1,000 prefixes.

use std::net::{IpAddr, Ipv4Addr};

use classifier::policy::{Policy, Prefix, Rule};
use classifier_common::dry_run::{State, Verdict};

/// Number of prefixes of a rule.
const PREFIXES: u8 = 100;

/// Returns rules with different conditions. Most packets match a late rule or none.
pub fn policy() -> Policy {
    let rules = (0..10).map(|nth| Rule {
        name: format!("rule-{nth}"),
        action: if nth % 2 == 0 { Verdict::Drop } else { Verdict::Accept },
        protocols: ["smtp", "pop3", "imap", "icmp", "tcp_other"]
            .iter()
            .skip(nth % 5)
            .map(|label| (*label).into())
            .collect(),
        role: None,
        direction: None,
        from: (0..PREFIXES).filter_map(|net| prefix(nth, net)).collect(),
        state: (nth == 3).then_some(State::New),
        rate: None,
    });
    Policy { default: Verdict::Accept, rules: rules.collect() }
}

fn prefix(rule: usize, net: u8) -> Option<Prefix> {
    let rule = u8::try_from(rule).ok()?;
    Prefix::new(IpAddr::V4(Ipv4Addr::new(10, rule, net, 0)), 24)
}
