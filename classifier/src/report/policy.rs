// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes a policy for `classifier run --policy`, which counts what the rules would do.
//!
//! A policy knows protocols and no ports, sources and no destinations. By flags alone it separates the first
//! packet of a TCP connection from all others.

use classifier_common::protocol::Protocol;

use super::{
    Report,
    advice::Rule,
    comments,
    traffic::{Opened, Transport},
};

/// Most rules of a policy, without those that every policy has.
const RULES: usize = 60;

/// Most characters of a rule's name.
const LETTERS: usize = 60;

/// Writes the policy.
pub(super) fn write(report: &Report) -> String {
    let mut text = format!("# Written by classifier report at {}.\n", report.written);
    text.push_str(&comments(report));
    let (named, by_port): (Vec<_>, Vec<_>) =
        report.advice.rules.iter().partition(|rule| !rule.protocol.is_empty());
    for rule in by_port {
        text.extend([format!("# {} is left out: a policy has no ports\n", rule.counter)]);
    }
    text.push_str("default = \"drop\"\n");
    always(&mut text, &named, report.advice.closes_output);
    let mut room = RULES;
    for (number, rule) in named.into_iter().enumerate() {
        let takes = if rule.transport == Transport::TCP { 1 } else { 2 };
        if takes > room {
            text.extend([format!("\n# {} is left out: a policy has at most 64 rules\n", rule.counter)]);
        } else {
            room -= takes;
            service(&mut text, number, rule);
        }
    }
    text
}

/// Writes the rules that every policy has.
fn always(text: &mut String, rules: &[&Rule], closes_output: bool) {
    begin(text, "icmp", "a policy has no ICMP types");
    text.push_str("protocol = [\"icmp\", \"icmpv6\"]\n");
    begin(text, "non-ip", "rulesets for IP do not filter it");
    text.push_str("protocol = [\"non_ip\"]\n");
    if !closes_output {
        begin(text, "sent", "output is open");
        text.push_str("direction = \"egress\"\n");
        begin(
            text,
            "established",
            "all but the first packet of each connection, answers to this host included",
        );
        text.push_str("state = \"established\"\n");
        return;
    }
    let mut labels: Vec<_> = rules
        .iter()
        .filter(|rule| rule.transport == Transport::TCP)
        .map(|rule| rule.protocol.as_str())
        .collect();
    labels.sort_unstable();
    labels.dedup();
    if !labels.is_empty() {
        begin(text, "established", "all but the first packet of each connection");
        text.extend([format!("protocol = {labels:?}\nstate = \"established\"\n")]);
    }
}

/// Writes the rules for the first packets of a service's connections; for datagrams in both directions.
fn service(text: &mut String, number: usize, rule: &Rule) {
    let name = if rule.counter.len() > LETTERS {
        format!("{}_{number}", &rule.counter[..LETTERS - 4])
    } else {
        rule.counter.clone()
    };
    // In active mode the FTP server opens the connection.
    let is_at_server = Protocol::FTP_DATA_ACTIVE.fixed_label() != Some(&rule.protocol);
    let (there, back) = match rule.direction {
        Opened::Inbound => ("ingress", "egress"),
        Opened::Outbound => ("egress", "ingress"),
    };
    let [asks, answers] =
        if is_at_server { ["to_server", "from_server"] } else { ["from_server", "to_server"] };
    begin(text, &name, &rule.evidence);
    text.extend([format!(
        "protocol = [\"{}\"]\ndirection = \"{there}\"\nrole = \"{asks}\"\n",
        rule.protocol
    )]);
    if rule.direction == Opened::Inbound && !rule.peers.is_empty() {
        let peers: Vec<_> = rule.peers.iter().map(ToString::to_string).collect();
        text.extend([format!("from = {peers:?}\n")]);
    }
    if rule.transport == Transport::TCP {
        text.push_str("state = \"new\"\n");
    } else {
        begin(text, &format!("{name}_answers"), &format!("answers of {name}"));
        text.extend([format!(
            "protocol = [\"{}\"]\ndirection = \"{back}\"\nrole = \"{answers}\"\n",
            rule.protocol
        )]);
    }
}

fn begin(text: &mut String, name: &str, why: &str) {
    text.extend([format!("\n[[rule]] # {why}\nname = \"{name}\"\naction = \"accept\"\n")]);
}
