//! A long run of real servers, sessions, kills and upgrades, as root.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::{cargo_test, packages, privileges, process::run as run_command, toolchain};

/// Test target of the run.
const TARGET: &str = "kernel_soak";

/// Runs rounds of a minute for this time, and prints the report.
pub fn run(length: Duration) -> Result<()> {
    if !privileges::is_root() {
        bail!("the run makes network namespaces and loads BPF programs: run it as root");
    }
    if privileges::may_install_packages() {
        packages::provide()?;
    }
    toolchain::setup()?;
    let programs = cargo_test::build()?;
    let program =
        programs.iter().find(|program| program.name == TARGET).context("no test target kernel_soak")?;
    let mut command = program.command();
    command.args(["--ignored", "--nocapture"]).env("CLASSIFIER_SOAK_SECONDS", length.as_secs().to_string());
    run_command(&mut command)
}
