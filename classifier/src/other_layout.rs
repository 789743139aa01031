//! The command whose counters lie otherwise in memory, that the tests of upgrades upgrade to.

use std::process::ExitCode;

#[path = "main.rs"]
mod command;

fn main() -> ExitCode {
    command::main()
}
