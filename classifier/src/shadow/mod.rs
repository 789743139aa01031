//! A firewall policy that is tried: read from its file, put into the masks that the programs look at, and what came of it.
//!
//! The programs count what it would do with each packet; nothing is dropped.

mod clients;
mod compiled;
mod file;
mod policy;
mod prefix;
mod report;
mod rows;
mod trial;

pub use self::{
    clients::Client,
    compiled::Compiled,
    policy::{Policy, Rate, Rule},
    prefix::Prefix,
    report::{Found, Report},
    rows::{BadRuleRows, NoRuleRow, RuleNames, RuleRows},
    trial::Trial,
};
