// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes application profiles of ufw, one for each inbound rule.
//!
//! A profile has ports and no sources, so the commands that allow the profiles are comments of the file. ufw assigns no FTP
//! helper.

use super::{
    KEEP, ROLL_BACK, Report,
    advice::{Admits, Rule},
    comments, inbound, left_out,
    traffic::PortRange,
};

/// Most ranges in a part of a profile: a match of iptables has at most fifteen ports, and a range counts as two.
const RANGES: usize = 7;

/// Most characters of a profile's name: ufw skips a longer one.
const LETTERS: usize = 64;

/// Writes the profiles.
pub(super) fn write(report: &Report) -> String {
    let mut text = format!(
        "# Written by classifier report at {}.\n\
         # Output is not restricted. The rules that ufw has already stay. Allow the profiles:\n\
         #   cp FILE /etc/ufw/applications.d/classifier\n",
        report.written
    );
    let mut profiles = String::new();
    for (number, rule) in inbound(report).enumerate() {
        let Admits::To(ports) = &rule.admits else {
            text.extend(["# ", &left_out(rule)]);
            continue;
        };
        let name = name(number, rule);
        if rule.peers.is_empty() {
            text.extend([format!("#   ufw allow {name}\n")]);
        }
        for peer in &rule.peers {
            text.extend([format!("#   ufw allow from {peer} to any app {name}\n")]);
        }
        profiles.extend([format!(
            "\n[{name}]\ntitle={}\ndescription={}\nports={}\n",
            rule.counter,
            rule.evidence,
            of(rule, ports)
        )]);
    }
    text.extend([format!(
        "# Close input with a roll-back after 60 seconds, which outlives the terminal:\n\
         #   {ROLL_BACK} ufw disable\n\
         #   ufw default deny incoming\n\
         #   ufw --force enable\n\
         # Log in again from another terminal. To keep the rules, stop the timer:\n\
         #   {KEEP}\n"
    )]);
    text + &comments(report) + &profiles
}

/// Returns the name of a rule's profile.
fn name(number: usize, rule: &Rule) -> String {
    let mut name = format!("classifier-{}", rule.counter);
    if name.len() > LETTERS {
        // There are fewer than a thousand rules.
        name.truncate(LETTERS - 4);
        name.extend([format!("_{number}")]);
    }
    name
}

/// Writes the ports of a rule.
fn of(rule: &Rule, ports: &[PortRange]) -> String {
    let part = |ranges: &[PortRange]| {
        let ranges: Vec<_> = ranges.iter().map(|range| range.to_string().replace('-', ":")).collect();
        format!("{}/{}", ranges.join(","), rule.transport)
    };
    ports.chunks(RANGES).map(part).collect::<Vec<_>>().join("|")
}
