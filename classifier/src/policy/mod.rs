// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The dry run of a firewall policy: its file, its compiled masks, and its decisions.
//!
//! The programs count the verdict on each packet; nothing is dropped.

mod clients;
mod compiled;
mod dry_run;
mod file;
mod report;
mod rows;
mod rules;

pub use self::{
    clients::Client,
    compiled::Compiled,
    dry_run::DryRun,
    report::{Found, Report},
    rows::{BadRuleRows, NoRuleRow, RuleNames, RuleRows},
    rules::{Policy, Rate, Rule},
};
pub use crate::prefix::Prefix;
