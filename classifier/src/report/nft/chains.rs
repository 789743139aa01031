// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the chains.

use super::{HELPER, Ruleset};
use crate::report::{
    advice::{Admits, Advice, EchoLimit, IcmpRule, IcmpVerdict, Rule},
    traffic::{Opened, Prefix},
    word,
};

/// Writes the chain of a direction: loopback, ICMP and known connections, then the services, then the count
/// of the rest.
pub(super) fn of_direction(ruleset: &mut Ruleset, advice: &Advice, direction: Opened) {
    let (name, device) = if direction == Opened::Inbound { ("input", "iif") } else { ("output", "oif") };
    let prefix = word(direction);
    ruleset.chains.open(&format!("chain {name}"));
    ruleset.chains.line(&format!("type filter hook {name} priority filter; policy drop;"));
    let loopback = "accept comment \"this host to itself\"";
    ruleset.rule(&format!("{device} \"lo\""), &format!("{prefix}_loopback"), loopback);
    ruleset.chains.line(&format!("meta l4proto icmp jump {prefix}_icmp"));
    ruleset.chains.line(&format!("meta l4proto icmpv6 jump {prefix}_icmpv6"));
    let rules = advice.rules.iter().filter(|rule| rule.direction == direction);
    let (expected, others): (Vec<_>, Vec<_>) = rules.partition(|rule| rule.admits == Admits::Expected);
    // The first packets of expected connections are `related`: their rules must come before the rule for
    // `related`.
    for rule in expected {
        service(ruleset, rule);
    }
    let established = "accept comment \"packets and ICMP errors of accepted connections\"";
    ruleset.rule("ct state established,related", &format!("{prefix}_established"), established);
    let invalid = "drop comment \"packets that belong to no connection and begin none\"";
    ruleset.rule("ct state invalid", &format!("{prefix}_invalid"), invalid);
    for rule in others {
        service(ruleset, rule);
    }
    ruleset.rule("", &format!("{prefix}_dropped"), "comment \"no observed traffic needs it\"");
    ruleset.chains.close();
}

/// Writes the chain of open output: only if the FTP helper must read connections of this host.
pub(super) fn of_open_output(ruleset: &mut Ruleset, advice: &Advice) {
    let is_read = |rule: &&Rule| rule.direction == Opened::Outbound && rule.is_read_by_helper;
    let read: Vec<_> = advice.rules.iter().filter(is_read).collect();
    if read.is_empty() {
        return;
    }
    ruleset.chains.open("chain output");
    ruleset.chains.line("type filter hook output priority filter; policy accept;");
    for rule in read {
        service(ruleset, rule);
    }
    ruleset.chains.close();
}

fn service(ruleset: &mut Ruleset, rule: &Rule) {
    let Rule { transport, counter, evidence, .. } = rule;
    let matches = match &rule.admits {
        Admits::Expected => format!("ct state related ct helper \"ftp\" meta l4proto {transport}"),
        Admits::To(ports) => format!("ct state new {transport} dport {}", set(ports)),
        Admits::FromTo(from, ports) => {
            format!("ct state new {transport} sport {from} {transport} dport {}", set(ports))
        }
    };
    let helper = if rule.is_read_by_helper { format!("ct helper set \"{HELPER}\" ") } else { String::new() };
    let end = format!("{helper}accept comment \"{evidence}\"");
    if rule.peers.is_empty() {
        ruleset.rule(&matches, counter, &end);
    }
    let field = if rule.direction == Opened::Inbound { "saddr" } else { "daddr" };
    for (family, is_v4) in [("ip", true), ("ip6", false)] {
        let of_family = |prefix: &&Prefix| prefix.address().is_ipv4() == is_v4;
        let peers: Vec<_> = rule.peers.iter().filter(of_family).collect();
        if !peers.is_empty() {
            ruleset.rule(&format!("{matches} {family} {field} {}", set(&peers)), counter, &end);
        }
    }
}

/// Writes the chain of ICMP of one family, by type; other types return.
pub(super) fn of_icmp(ruleset: &mut Ruleset, advice: &Advice, direction: Opened, is_v6: bool) {
    let family = if is_v6 { "icmpv6" } else { "icmp" };
    ruleset.chains.open(&format!("chain {}_{family}", word(direction)));
    for rule in advice.icmp.iter().filter(|rule| rule.direction == direction && rule.is_v6 == is_v6) {
        let IcmpRule { types, hop_limit, verdict, counter, evidence, .. } = rule;
        let hop_limit = hop_limit.map_or_else(String::new, |limit| format!("ip6 hoplimit {limit} "));
        let (limit, verdict) = match verdict {
            IcmpVerdict::Accept => (String::new(), "accept"),
            IcmpVerdict::AcceptUpTo(EchoLimit { rate, burst }) => {
                (format!(" limit rate {rate}/second burst {burst} packets"), "accept")
            }
            IcmpVerdict::Drop => (String::new(), "drop"),
        };

        let matches = format!("{hop_limit}{family} type {}{limit}", set(types));
        ruleset.rule(&matches, counter, &format!("{verdict} comment \"{evidence}\""));
    }
    ruleset.chains.close();
}

/// Writes one element, or a set of several.
fn set(elements: &[impl ToString]) -> String {
    match elements {
        [one] => one.to_string(),
        _ => format!("{{ {} }}", elements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}
