// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes a zone of firewalld: a file of `firewalld.zone(5)`.
//!
//! A zone restricts input only. Its elements match one port each, of any source or of one, and the service `ftp`, which is
//! port 21, assigns the FTP helper. Comments are in the zone's description: a comment of XML has no `--`.

use std::collections::BTreeSet;

use super::{
    KEEP, ROLL_BACK, Report,
    advice::{Admits, Rule},
    comments, inbound, left_out,
    traffic::{PortRange, Prefix},
};

/// Port of the service `ftp`.
const FTP: PortRange = PortRange::one(21);

/// Writes the zone.
pub(super) fn write(report: &Report) -> String {
    let mut description = format!(
        "Written by classifier report at {}.\n\
         Packets that no element accepts are rejected. Output is not restricted.\n\
         Load the zone with a roll-back after 60 seconds, which outlives the terminal:\n  \
         firewall-cmd --permanent --new-zone-from-file=FILE --name=classifier\n  \
         firewall-cmd --reload\n  \
         {ROLL_BACK} firewall-cmd --set-default-zone=public\n  \
         firewall-cmd --set-default-zone=classifier\n\
         Log in again from another terminal. To keep the zone, stop the timer:\n  \
         {KEEP}\n{}",
        report.written,
        comments(report)
    );
    // Any host may send redirects, and the zone accepts all other ICMP.
    let mut elements = BTreeSet::from(["<icmp-block name=\"redirect\"/>".to_owned()]);
    for rule in inbound(report) {
        description.extend([format!("{}: {}\n", rule.counter, rule.evidence)]);
        match of_rule(rule, report) {
            Some(of_rule) => elements.extend(of_rule),
            None => description.push_str(&left_out(rule)),
        }
    }
    let mut text =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<zone>\n  <short>classifier</short>\n".to_owned();
    text.extend(["  <description>", &escaped(&description), "</description>\n"]);
    for element in elements {
        text.extend(["  ", &element, "\n"]);
    }
    text + "</zone>\n"
}

/// Returns the elements of a rule; `None` if a zone cannot express it.
fn of_rule(rule: &Rule, report: &Report) -> Option<Vec<String>> {
    let ports = match &rule.admits {
        Admits::To(ports) => ports.iter().map(|range| port(rule, *range)).collect::<Vec<_>>(),
        // The zone accepts what the helper expects.
        Admits::Expected if inbound(report).all(is_read) => Vec::new(),
        Admits::Expected | Admits::FromTo(..) => return None,
    };
    if rule.peers.is_empty() {
        return Some(ports);
    }
    let from = |peer: &Prefix| {
        let family = if peer.address().is_ipv4() { "ipv4" } else { "ipv6" };
        let rule = |port: &String| {
            format!("<rule family=\"{family}\"><source address=\"{peer}\"/>{port}<accept/></rule>")
        };
        ports.iter().map(rule).collect::<Vec<_>>()
    };
    Some(rule.peers.iter().flat_map(from).collect())
}

/// Tells whether the helper of the service `ftp` reads all connections of a rule that it has to read.
fn is_read(rule: &Rule) -> bool {
    !rule.is_read_by_helper || rule.admits == Admits::To(vec![FTP])
}

fn port(rule: &Rule, range: PortRange) -> String {
    if rule.is_read_by_helper && range == FTP {
        return "<service name=\"ftp\"/>".to_owned();
    }
    format!("<port port=\"{range}\" protocol=\"{}\"/>", rule.transport)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
