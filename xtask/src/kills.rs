// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Kills the agent before each of its system calls that change pins, and makes each call fail, as root.

use anyhow::Result;
use clap::Args;

use crate::long_test;

/// Options of the verb.
#[derive(Args)]
pub struct Options {
    /// Try so many calls of each operation, chosen by a fixed seed; all if not given
    #[arg(long, value_name = "N")]
    calls: Option<usize>,
    /// Only operations whose test's name contains this
    operation: Option<String>,
}

/// Tries the calls, and prints each.
pub fn run(options: &Options) -> Result<()> {
    long_test::run("kernel_kills", |command| {
        command.args(&options.operation);
        command.envs(options.calls.map(|calls| ("CLASSIFIER_KILLS_CALLS", calls.to_string())));
    })
}
