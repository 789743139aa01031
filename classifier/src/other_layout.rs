// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Builds the command with another layout of the counters, for the tests of upgrades.

use std::process::ExitCode;

#[path = "main.rs"]
mod command;

fn main() -> ExitCode {
    command::main()
}
