//! A ruleset for `nft -f`: one table of its own, which replaces itself and touches no other.
//!
//! Every rule has a named counter. That of a service counts the packets that begin a connection: the SYN, and its
//! repeats until it is answered. Loopback first, then ICMP by its types, so that its counters hold all messages of a
//! type; then what belongs to known connections, then the services.

mod chains;
mod lines;
mod ruleset;

use self::{lines::Lines, ruleset::Ruleset};
use super::{Report, traffic::Opened};

/// Name of the table.
const TABLE: &str = "inet classifier_host";

/// Name of the helper object.
const HELPER: &str = "ftp_control";

/// Writes it.
pub(super) fn write(report: &Report) -> String {
    let mut lines = Lines::default();
    lines.line("#!/usr/sbin/nft -f");
    header(&mut lines, report);
    // A table that is not there cannot be deleted: it is made before.
    lines.line(&format!("table {TABLE}"));
    lines.line(&format!("delete table {TABLE}"));
    lines.open(&format!("table {TABLE}"));
    if report.advice.has_helper() {
        lines.open(&format!("ct helper {HELPER}"));
        lines.line("type \"ftp\" protocol tcp");
        lines.close();
    }
    let ruleset = ruleset(report);
    for counter in ruleset.counters() {
        lines.line(&format!("counter {counter} {{ }}"));
    }
    lines.append(&ruleset.chains);
    lines.close();
    lines.text
}

fn ruleset(report: &Report) -> Ruleset {
    let mut ruleset = Ruleset::new();
    for direction in Opened::ALL {
        if direction == Opened::Inbound || report.advice.closes_output {
            for is_v6 in [false, true] {
                chains::of_icmp(&mut ruleset, &report.advice, direction, is_v6);
            }
            chains::of_direction(&mut ruleset, &report.advice, direction);
        }
    }
    ruleset
}

fn header(lines: &mut Lines, report: &Report) {
    lines.line(&format!("# Written by classifier report at {} from {}.", report.written, origin(report)));
    lines.line("# What was not seen is not in it: SSH, name resolution and the like are no protocols of the port table");
    lines.line("# unless a configuration names them. Look at the warnings, try it with a way back, see docs/report.md:");
    lines.line("#   nft -f FILE; sleep 60; nft delete table inet classifier_host");
    for warning in &report.advice.warnings {
        lines.line(&format!("# warning: {}", warning.text));
    }
}

/// Where the evidence is from, on one line: names of files may hold anything.
fn origin(report: &Report) -> String {
    let origin: Vec<_> = report.traffic.origin.iter().map(|one| one.escape_debug().to_string()).collect();
    if origin.is_empty() { "nothing".into() } else { origin.join(", ") }
}
