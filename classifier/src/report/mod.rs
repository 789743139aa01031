// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier report`: what a firewall on this host should allow, from observed traffic.
//!
//! [`traffic`] has the observations, [`advice`] the conclusions. Every format is written from these two
//! alone.

use serde::Serialize;

pub mod advice;
mod captured;
mod command;
mod diff;
mod firewalld;
pub mod gather;
mod iptables;
mod nft;
mod policy;
mod text;
pub mod traffic;
mod ufw;

use self::{
    advice::{Admits, Advice, Options, Rule},
    traffic::{Moment, Opened, Traffic},
};
pub use self::{
    command::{Answer, ReportError, Request, Source, report},
    diff::{Changed, Changes, DiffError, Part},
};

/// Version of the JSON: raised when a key changes its meaning or is removed.
pub const VERSION: u32 = 1;

/// Command by which systemd rolls a ruleset back after a minute. Timers of systemd-run may be late by another minute
/// without the property, and a unit that has failed keeps its name without `--collect`.
const ROLL_BACK: &str =
    "systemd-run --unit=classifier-roll-back --on-active=60 --timer-property=AccuracySec=1s --collect";

/// Command that keeps a ruleset.
const KEEP: &str = "systemctl stop classifier-roll-back.timer";

/// Format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Warnings and tables, for people
    #[default]
    Text,
    /// One JSON object, for programs and for --diff
    Json,
    /// A ruleset for `nft -f`
    Nft,
    /// A ruleset for `iptables-restore` and `ip6tables-restore`
    Iptables,
    /// A zone of firewalld, which restricts input only
    Firewalld,
    /// Application profiles of ufw, which open input only
    Ufw,
    /// A policy for the dry run of `classifier run --policy`
    Policy,
}

impl Format {
    /// Tells whether the format is for a firewall, or for its dry run.
    #[must_use]
    pub const fn is_ruleset(self) -> bool {
        !matches!(self, Self::Text | Self::Json)
    }

    /// Tells whether the format can restrict what this host sends.
    #[must_use]
    pub const fn restricts_output(self) -> bool {
        !matches!(self, Self::Firewalld | Self::Ufw)
    }
}

/// Observed traffic, and the advice derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Version of the JSON.
    pub version: u32,
    /// Time of the report.
    pub written: Moment,
    /// Observed traffic.
    pub traffic: Traffic,
    /// Advice derived from it.
    pub advice: Advice,
}

/// Word for a direction, in tables and as prefix of counter names.
const fn word(direction: Opened) -> &'static str {
    match direction {
        Opened::Inbound => "in",
        Opened::Outbound => "out",
    }
}

/// Writes the refusals that `--force` has overridden, and the warnings, as comments of a ruleset.
fn comments(report: &Report) -> String {
    let refusals = report.advice.refusals.iter().map(|refusal| ("overridden by --force", &refusal.text));
    let warnings = report.advice.warnings.iter().map(|warning| ("warning", &warning.text));
    let mut text = String::new();
    for (kind, reason) in refusals.chain(warnings) {
        text.extend(["# ", kind, ": ", reason, "\n"]);
    }
    text
}

/// Iterates over the rules for connections that other hosts open.
fn inbound(report: &Report) -> impl Iterator<Item = &Rule> {
    report.advice.rules.iter().filter(|rule| rule.direction == Opened::Inbound)
}

/// Says why a format without source ports or without the FTP helper leaves out a rule, on one line.
fn left_out(rule: &Rule) -> String {
    let reason = match &rule.admits {
        Admits::Expected => "the FTP helper would find its connections; use --ftp-data ports",
        Admits::To(_) | Admits::FromTo(..) => "it has a source port; use passive mode, or --format nft",
    };
    format!("left out: {}: {reason}\n", rule.counter)
}

impl Report {
    /// Derives a report from observed traffic at a moment.
    #[must_use]
    pub fn of(traffic: Traffic, options: &Options, written: Moment) -> Self {
        let traffic = traffic.sorted();
        Self { version: VERSION, written, advice: Advice::of(&traffic, options), traffic }
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub fn write(&self, format: Format) -> Result<String, serde_json::Error> {
        Ok(match format {
            Format::Text => text::write(self),
            Format::Json => serde_json::to_string_pretty(self)? + "\n",
            Format::Nft => nft::write(self),
            Format::Iptables => iptables::write(self),
            Format::Firewalld => firewalld::write(self),
            Format::Ufw => ufw::write(self),
            Format::Policy => policy::write(self),
        })
    }
}
