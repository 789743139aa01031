//! `classifier report`: what a firewall on this host should allow, from what was seen.
//!
//! [`traffic`] is what was seen, [`advice`] what follows from it, and every format is written from the two alone.

use serde::Serialize;

pub mod advice;
mod captured;
mod command;
mod diff;
pub mod gather;
mod iptables;
mod nft;
mod policy;
mod text;
pub mod traffic;

use self::{
    advice::{Advice, Options},
    traffic::{Moment, Opened, Traffic},
};
pub use self::{
    command::{Answer, ReportError, Request, Source, report},
    diff::{Changed, Changes, DiffError, Part},
};

/// Of the JSON: raised when a key changes its meaning or goes.
pub const VERSION: u32 = 1;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Warnings, then tables, for people
    #[default]
    Text,
    /// One object, for programs and for --diff
    Json,
    /// A ruleset for `nft -f`
    Nft,
    /// A ruleset for `iptables-restore` and `ip6tables-restore`
    Iptables,
    /// A policy for `classifier run --policy`, which counts what the rules would do
    Policy,
}

/// What was seen, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of the JSON.
    pub version: u32,
    /// When it was written.
    pub written: Moment,
    /// What was seen.
    pub traffic: Traffic,
    /// What follows.
    pub advice: Advice,
}

/// A direction in tables, and at the front of counters' names.
const fn word(direction: Opened) -> &'static str {
    match direction {
        Opened::Inbound => "in",
        Opened::Outbound => "out",
    }
}

impl Report {
    /// What follows from what was seen, at a moment.
    #[must_use]
    pub fn of(traffic: Traffic, options: &Options, written: Moment) -> Self {
        let traffic = traffic.sorted();
        Self { version: VERSION, written, advice: Advice::of(&traffic, options), traffic }
    }

    /// Writes it.
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
            Format::Policy => policy::write(self),
        })
    }
}
