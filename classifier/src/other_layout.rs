//! Builds the command with another layout of the counters, for the tests of upgrades.

use std::process::ExitCode;

#[path = "main.rs"]
mod command;

fn main() -> ExitCode {
    command::main()
}
