// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests that are too long for the suite: the ignored tests of one target, as root.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{cargo_test, packages, privileges, process::run as run_command, toolchain};

/// Runs the ignored tests of a target, whose command `set` completes, and prints what they print.
pub fn run(target: &str, set: impl FnOnce(&mut Command)) -> Result<()> {
    if !privileges::is_root() {
        bail!("the run makes network namespaces and loads BPF programs: run it as root");
    }
    if privileges::may_install_packages() {
        packages::provide()?;
    }
    toolchain::setup()?;
    let programs = cargo_test::build()?;
    let program = programs.iter().find(|program| program.name == target);
    let mut command = program.with_context(|| format!("no test target {target}"))?.command();
    command.args(["--ignored", "--nocapture"]);
    set(&mut command);
    run_command(&mut command)
}
