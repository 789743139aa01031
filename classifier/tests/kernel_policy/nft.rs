// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A policy as a ruleset of nft that enforces it.

use std::{collections::BTreeMap, fmt::Write as _};

use classifier::policy::{Policy, Rule};
use classifier_common::{
    abi::Direction,
    dry_run::{State, Verdict},
    protocol::Role,
};
use testbed::{Host, servers::Folder};

use crate::scene::Decided;

/// Ports of the fixed protocols.
const KNOWN: &str = "{ 20, 21, 25, 110, 143 }";

/// Writes the rules for a direction: named counters, and limits that all nft rules of a policy rule share.
pub fn ruleset(policy: &Policy, direction: Direction, device: &str) -> String {
    let (mut objects, mut chain) = ("counter default { }\n".to_owned(), String::new());
    for rule in policy.rules.iter().filter(|rule| rule.direction.is_none_or(|asked| asked == direction)) {
        writeln!(objects, "counter {} {{ }}", rule.name).unwrap();
        let mut end = format!("counter name \"{}\" {}", rule.name, action(rule.action));
        if let Some(rate) = rule.rate {
            assert_eq!(
                (rate.packets, rate.per),
                (1, 86_400_000_000_000),
                "one a day, nothing is saved meanwhile"
            );
            writeln!(objects, "limit {} {{ rate 1/day burst {} packets }}", rule.name, rate.burst).unwrap();
            end = format!("limit name \"{}\" {end}", rule.name);
        }
        for protocol in protocols(rule) {
            for from in sources(rule) {
                writeln!(chain, "{from} {protocol} {} {end}", state(rule.state)).unwrap();
            }
        }
    }
    writeln!(chain, "counter name \"default\" {}", action(policy.default)).unwrap();
    let hook = format!("type filter hook ingress device \"{device}\" priority 0; policy accept;");
    format!("table netdev tried {{\n{objects}chain rules {{\n{hook}\n{chain}}}\n}}\n")
}

const fn action(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accept => "accept",
        Verdict::Drop => "drop",
    }
}

const fn state(state: Option<State>) -> &'static str {
    match state {
        None | Some(State::None) => "",
        Some(State::New) => "tcp flags & (syn | ack) == syn",
        Some(State::Established) => "tcp flags != 0x0 tcp flags & (syn | ack) != syn",
    }
}

/// Lists the matches of a rule's protocols: of two known ports the destination wins.
fn protocols(rule: &Rule) -> Vec<String> {
    let any = [String::new()];
    if rule.protocols.is_empty() {
        return any.into();
    }
    rule.protocols.iter().flat_map(|label| protocol(label, rule.role)).collect()
}

fn protocol(label: &str, role: Option<Role>) -> Vec<String> {
    let port = match label {
        "smtp" => 25,
        "pop3" => 110,
        "imap" => 143,
        "udp_other" => return vec!["meta l4proto udp".into()],
        "tcp_other" => return vec![format!("tcp sport != {KNOWN} tcp dport != {KNOWN}")],
        "icmp" => return vec!["meta protocol ip meta l4proto icmp".into()],
        "icmpv6" => return vec!["meta protocol ip6 meta l4proto ipv6-icmp".into()],
        "non_ip" => return vec!["meta protocol != { ip, ip6 }".into()],
        other => panic!("no rule for {other}"),
    };
    let (to, from) = (format!("tcp dport {port}"), format!("tcp sport {port}"));
    match role {
        Some(Role::ToServer) => vec![to],
        Some(Role::FromServer) => vec![from],
        _ => vec![to, from],
    }
}

fn sources(rule: &Rule) -> Vec<String> {
    let (v6, v4): (Vec<_>, Vec<_>) =
        rule.from.iter().map(ToString::to_string).partition(|text| text.contains(':'));
    let of = |word: &str, all: Vec<String>| {
        (!all.is_empty()).then(|| format!("{word} saddr {{ {} }}", all.join(", ")))
    };
    let all: Vec<_> = [of("ip", v4), of("ip6", v6)].into_iter().flatten().collect();
    if all.is_empty() { vec![String::new()] } else { all }
}

/// Loads a ruleset.
pub fn enforce(host: &Host, folder: &Folder, text: &str) {
    host.run("nft", &["-f", &folder.write("policy.nft", text)]);
}

/// Returns nft's counters of a policy, with the verdicts of their rules.
pub fn counted(host: &Host, policy: &Policy) -> Decided {
    let text = host.run("nft", &["-j", "list", "counters"]);
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    let counters = said["nftables"].as_array().unwrap().iter().filter_map(|one| one.get("counter"));
    let packets: BTreeMap<_, _> =
        counters.map(|one| (one["name"].as_str().unwrap(), one["packets"].as_u64().unwrap())).collect();
    let rules = policy.rules.iter().map(|rule| (rule.name.as_str(), rule.action));
    let all = rules.chain([("default", policy.default)]);
    let all = all.filter_map(|(name, action)| Some((name, action, *packets.get(name)?)));
    all.filter(|(.., packets)| *packets > 0)
        .map(|(name, action, packets)| ((name.to_owned(), action.label().to_owned()), packets))
        .collect()
}
