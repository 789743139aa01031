// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes a ruleset for `nft -f`: a table that replaces itself and changes no other.
//!
//! Every rule has a named counter. That of a service counts the packets that begin a connection: the SYN, and
//! its repeats until it is answered. The order is loopback, ICMP, known connections, services. ICMP comes
//! early, so that its counters include all messages of a type.

mod chains;

use super::{KEEP, ROLL_BACK, Report, comments, traffic::Opened};

/// Name of the table.
const TABLE: &str = "inet classifier_host";

/// Name of the helper object.
const HELPER: &str = "ftp_control";

/// Writes the ruleset.
pub(super) fn write(report: &Report) -> String {
    let mut lines = Lines::default();
    lines.line("#!/usr/sbin/nft -f");
    header(&mut lines, report);
    // A missing table cannot be deleted, so it is created first: `destroy` needs Linux 6.3 and nft 1.0.7.
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
        if direction == Opened::Outbound && !report.advice.closes_output {
            chains::of_open_output(&mut ruleset, &report.advice);
        } else {
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
    let output = if report.advice.closes_output { "closed" } else { "open" };
    lines.line(&format!("# Input is closed: packets that no rule accepts are dropped. Output is {output}."));
    lines.line("# Load it with a roll-back after 60 seconds, which outlives the terminal:");
    lines.line(&format!("#   {ROLL_BACK} nft delete table {TABLE}"));
    lines.line("#   nft -f FILE");
    lines.line("# Log in again from another terminal. To keep the ruleset, stop the timer:");
    lines.line(&format!("#   {KEEP}"));
    lines.text.push_str(&comments(report));
}

/// Names the source of the evidence on one line: file names may have control characters.
fn origin(report: &Report) -> String {
    let origin: Vec<_> = report.traffic.origin.iter().map(|one| one.escape_debug().to_string()).collect();
    if origin.is_empty() { "nothing".into() } else { origin.join(", ") }
}

/// Chains under construction, with their counters.
struct Ruleset {
    chains: Lines,
    counters: Vec<String>,
}

impl Ruleset {
    fn new() -> Self {
        Self { chains: Lines::within(), counters: Vec::new() }
    }

    /// Adds a rule that counts its matches; `end` is its verdict and its comment.
    fn rule(&mut self, matches: &str, counter: &str, end: &str) {
        // The rules of a service for both families share a counter.
        if self.counters.last().is_none_or(|last| last != counter) {
            self.counters.push(counter.to_owned());
        }
        let gap = if matches.is_empty() { "" } else { " " };
        self.chains.line(&format!("{matches}{gap}counter name \"{counter}\" {end}"));
    }

    /// Returns the names of the counters, each once.
    fn counters(&self) -> &[String] {
        &self.counters
    }
}

/// Text that is built from lines.
#[derive(Default)]
struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    /// Creates indented lines for a block.
    fn within() -> Self {
        Self { text: String::new(), depth: 1 }
    }

    fn line(&mut self, line: &str) {
        self.text.extend(["\t".repeat(self.depth).as_str(), line, "\n"]);
    }

    fn open(&mut self, line: &str) {
        self.line(&format!("{line} {{"));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
    }
}
