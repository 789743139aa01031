//! A policy for `classifier run --policy`, which counts what the rules would do.
//!
//! A policy knows protocols and no ports, sources and no destinations, and tells a packet that begins a TCP connection
//! from all others by its flags alone.

use classifier_common::protocol::Protocol;

use super::{
    Report,
    advice::Rule,
    traffic::{Opened, Transport},
};

/// Rules that a policy has at most, but for those that stand in every one.
const RULES: usize = 60;

/// Letters that a rule's name has at most.
const LETTERS: usize = 60;

/// Writes it.
pub(super) fn write(report: &Report) -> String {
    let mut text = format!("# Written by classifier report at {}.\n", report.written);
    for warning in &report.advice.warnings {
        text.extend(["# warning: ", &warning.text, "\n"]);
    }
    let (named, by_port): (Vec<_>, Vec<_>) =
        report.advice.rules.iter().partition(|rule| !rule.protocol.is_empty());
    for rule in by_port {
        text.extend([format!("# {} is asked for by its port, which a policy does not know\n", rule.counter)]);
    }
    text.push_str("default = \"drop\"\n");
    always(&mut text, &named, report.advice.closes_output);
    let mut room = RULES;
    for (number, rule) in named.into_iter().enumerate() {
        let takes = if rule.transport == Transport::TCP { 1 } else { 2 };
        if takes > room {
            text.extend([format!("\n# {} finds no room: a policy has at most 64 rules\n", rule.counter)]);
        } else {
            room -= takes;
            service(&mut text, number, rule);
        }
    }
    text
}

/// What stands in every policy.
fn always(text: &mut String, rules: &[&Rule], closes_output: bool) {
    let mut labels: Vec<_> = rules
        .iter()
        .filter(|rule| rule.transport == Transport::TCP)
        .map(|rule| rule.protocol.as_str())
        .collect();
    labels.sort_unstable();
    labels.dedup();
    begin(text, "icmp", "what is refused by its type is not told apart here");
    text.push_str("protocol = [\"icmp\", \"icmpv6\"]\n");
    begin(text, "non-ip", "rulesets for IP do not see it");
    text.push_str("protocol = [\"non_ip\"]\n");
    if !labels.is_empty() {
        begin(text, "established", "all but the first packet of each connection");
        text.extend([format!("protocol = {labels:?}\nstate = \"established\"\n")]);
    }
    if !closes_output {
        begin(text, "sent", "what this host sends was not seen");
        text.push_str("direction = \"egress\"\n");
    }
}

/// The first packets of a service's connections; of datagrams both ways.
fn service(text: &mut String, number: usize, rule: &Rule) {
    let name = if rule.counter.len() > LETTERS {
        format!("{}_{number}", &rule.counter[..LETTERS - 4])
    } else {
        rule.counter.clone()
    };
    // In active mode the FTP server dials.
    let dials_server = !Protocol::FIXED
        .iter()
        .any(|(fixed, label, _)| *fixed == Protocol::FTP_DATA_ACTIVE && *label == rule.protocol);
    let (there, back) = match rule.direction {
        Opened::Inbound => ("ingress", "egress"),
        Opened::Outbound => ("egress", "ingress"),
    };
    let [asks, answers] =
        if dials_server { ["to_server", "from_server"] } else { ["from_server", "to_server"] };
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
        begin(text, &format!("{name}_answers"), "its answers");
        text.extend([format!(
            "protocol = [\"{}\"]\ndirection = \"{back}\"\nrole = \"{answers}\"\n",
            rule.protocol
        )]);
    }
}

fn begin(text: &mut String, name: &str, why: &str) {
    text.extend([format!("\n[[rule]] # {why}\nname = \"{name}\"\naction = \"accept\"\n")]);
}
