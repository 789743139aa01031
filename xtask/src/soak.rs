// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A long run of real servers, sessions, kills and upgrades, as root.

use std::time::Duration;

use anyhow::Result;

use crate::long_test;

/// Runs rounds of a minute for this time, and prints the report.
pub fn run(length: Duration) -> Result<()> {
    long_test::run("kernel_soak", |command| {
        command.env("CLASSIFIER_SOAK_SECONDS", length.as_secs().to_string());
    })
}
