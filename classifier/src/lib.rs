//! The agent: attaches the classifier's programs and serves what they count.

pub mod agent;
pub mod cli;
mod columns;
pub mod config;
pub mod counters;
pub mod datapath;
pub mod evidence;
pub mod ftp;
pub mod history;
pub mod hook;
pub mod hotplug;
pub mod http;
pub mod interfaces;
pub mod manual;
mod memory;
pub mod metrics;
pub mod offline;
pub mod page;
pub mod reload;
pub mod report;
pub mod sandbox;
pub mod service;
pub mod shadow;
pub mod status;
pub mod telemetry;
mod thousands;
mod ticks;
pub mod top;
pub mod web;

/// The commit that this was built from, `unknown` outside a git work tree.
pub const REVISION: &str = match option_env!("CLASSIFIER_REVISION") {
    Some(revision) => revision,
    None => "unknown",
};
