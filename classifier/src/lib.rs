// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent: attaches the classifier's programs and serves what they count.

pub mod agent;
pub mod cli;
pub mod clock;
mod columns;
pub mod config;
pub mod configuration;
pub mod datapath;
mod descriptors;
pub mod doctor;
pub mod evidence;
pub mod ftp;
pub mod history;
pub mod hook;
pub mod hotplug;
pub mod http;
mod iana;
pub mod interfaces;
pub mod located;
pub mod manual;
mod memory;
pub mod metrics;
pub mod offline;
pub mod page;
pub mod policy;
mod prefix;
pub mod protocol_names;
pub mod reload;
pub mod report;
pub mod sandbox;
pub mod service;
pub mod snapshot;
pub mod sockets;
pub mod status;
pub mod stdout;
pub mod supervisor;
pub mod telemetry;
mod thousands;
mod ticks;
mod time_zone;
#[cfg(feature = "top")]
pub mod top;
pub mod web;

/// Commit of this build, `unknown` outside a git work tree.
pub const REVISION: &str = match option_env!("CLASSIFIER_REVISION") {
    Some(revision) => revision,
    None => "unknown",
};
