// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes a ruleset for `iptables-restore` and `ip6tables-restore`: one file for both, each of which skips
//! the rules that are marked for the other.
//!
//! A restore replaces all rules of the tables that it names.

use super::{
    KEEP, ROLL_BACK, Report,
    advice::{Admits, EchoLimit, IcmpRule, IcmpVerdict, Rule},
    comments,
    traffic::{Opened, PortRange},
};

/// Writes the ruleset.
pub(super) fn write(report: &Report) -> String {
    let mut text = format!("# Written by classifier report at {}.\n", report.written);
    let output = if report.advice.closes_output { "closed" } else { "open" };
    text.extend([format!(
        "# For iptables-restore and ip6tables-restore. A restore replaces all rules of these tables.\n\
         # Input is closed: packets that no rule accepts are dropped. Output is {output}.\n\
         # Load it with a roll-back after 60 seconds, which outlives the terminal:\n\
         #   iptables-save > /run/before.v4; ip6tables-save > /run/before.v6\n\
         #   {ROLL_BACK} sh -c \\\n\
         #     'iptables-restore /run/before.v4; ip6tables-restore /run/before.v6'\n\
         #   iptables-restore FILE; ip6tables-restore FILE\n\
         # Log in again from another terminal. To keep the ruleset, stop the timer:\n\
         #   {KEEP}\n"
    )]);
    text.push_str(&comments(report));
    if report.advice.has_helper() {
        raw(&mut text, report);
    }
    filter(&mut text, report);
    text
}

/// Writes the table that assigns the FTP helper.
fn raw(text: &mut String, report: &Report) {
    text.push_str("*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n");
    for rule in report.advice.rules.iter().filter(|rule| rule.is_read_by_helper) {
        let chain = if rule.direction == Opened::Inbound { "PREROUTING" } else { "OUTPUT" };
        if let Admits::To(ports) = &rule.admits {
            for range in ports {
                text.extend([format!(
                    "-A {chain} -p tcp -m tcp --dport {} -j CT --helper ftp\n",
                    span(*range)
                )]);
            }
        }
    }
    text.push_str("COMMIT\n");
}

fn filter(text: &mut String, report: &Report) {
    let output = if report.advice.closes_output { "DROP" } else { "ACCEPT" };
    text.extend([format!("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT {output} [0:0]\n")]);
    for direction in Opened::ALL {
        if direction == Opened::Outbound && !report.advice.closes_output {
            continue;
        }
        let (chain, device) = if direction == Opened::Inbound { ("INPUT", "-i") } else { ("OUTPUT", "-o") };
        text.extend([format!("-A {chain} {device} lo -j ACCEPT\n")]);
        report
            .advice
            .icmp
            .iter()
            .filter(|rule| rule.direction == direction)
            .for_each(|rule| icmp(text, chain, rule));
        let rules = report.advice.rules.iter().filter(|rule| rule.direction == direction);
        let (expected, others): (Vec<_>, Vec<_>) = rules.partition(|rule| rule.admits == Admits::Expected);
        for rule in expected {
            service(text, chain, rule);
        }
        text.extend([format!("-A {chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n")]);
        text.extend([format!("-A {chain} -m conntrack --ctstate INVALID -j DROP\n")]);
        for rule in others {
            service(text, chain, rule);
        }
    }
    text.push_str("COMMIT\n");
}

fn icmp(text: &mut String, chain: &str, rule: &IcmpRule) {
    let (family, flag) = if rule.is_v6 {
        ("-6 -p ipv6-icmp -m icmp6", "--icmpv6-type")
    } else {
        ("-4 -p icmp -m icmp", "--icmp-type")
    };
    let hop_limit = rule.hop_limit.map_or_else(String::new, |limit| format!(" -m hl --hl-eq {limit}"));
    let (limit, verdict) = match rule.verdict {
        IcmpVerdict::Accept => (String::new(), "ACCEPT"),
        IcmpVerdict::AcceptUpTo(EchoLimit { rate, burst }) => {
            (format!(" -m limit --limit {rate}/sec --limit-burst {burst}"), "ACCEPT")
        }
        IcmpVerdict::Drop => (String::new(), "DROP"),
    };
    for number in &rule.types {
        text.extend([format!("-A {chain} {family} {flag} {number}{hop_limit}{limit}")]);
        end(text, &rule.counter, &rule.evidence, verdict);
    }
}

fn service(text: &mut String, chain: &str, rule: &Rule) {
    let transport = rule.transport;
    let matches = match &rule.admits {
        Admits::Expected => vec!["-m conntrack --ctstate RELATED -m helper --helper ftp".to_owned()],
        Admits::To(ports) => {
            ports.iter().map(|range| format!("-m {transport} --dport {}", span(*range))).collect()
        }
        Admits::FromTo(from, ports) => {
            let rule = |range: &PortRange| format!("-m {transport} --sport {from} --dport {}", span(*range));
            ports.iter().map(rule).collect()
        }
    };
    let state = if rule.admits == Admits::Expected { "" } else { " -m conntrack --ctstate NEW" };
    let direction = if rule.direction == Opened::Inbound { "-s" } else { "-d" };
    let peers: Vec<_> = if rule.peers.is_empty() {
        vec![String::new()]
    } else {
        let family = |v4| if v4 { "-4" } else { "-6" };
        rule.peers
            .iter()
            .map(|peer| format!("{} {direction} {peer} ", family(peer.address().is_ipv4())))
            .collect()
    };
    for peer in &peers {
        for ports in &matches {
            text.extend([format!("-A {chain} {peer}-p {transport} {ports}{state}")]);
            end(text, &rule.counter, &rule.evidence, "ACCEPT");
        }
    }
}

fn end(text: &mut String, counter: &str, evidence: &str, verdict: &str) {
    text.extend([format!(" -m comment --comment \"{counter}: {evidence}\" -j {verdict}\n")]);
}

fn span(PortRange { low, high }: PortRange) -> String {
    if low == high { low.to_string() } else { format!("{low}:{high}") }
}
