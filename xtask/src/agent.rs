// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Building and running the agent.

use std::{os::unix::process::CommandExt, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{
    privileges,
    process::{line, run as run_command},
    toolchain, workspace,
};

/// Builds the agent for release and returns its path.
pub fn build() -> Result<PathBuf> {
    toolchain::setup()?;
    run_command(workspace::cargo().args(["build", "--release", "--package", "classifier"]))?;
    Ok(workspace::metadata()?.target_directory.join("release/classifier").into())
}

/// Replaces this process by `classifier run`, as root. Pins are removed at the end, unless a pin folder is
/// given.
pub fn run(arguments: &[String]) -> Result<()> {
    let binary = build()?;
    let mut command = if privileges::is_root() {
        Command::new(&binary)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(&binary);
        sudo
    };
    // `exec` instead of a child: signals reach the agent, and its exit status is this command's.
    command.arg("run").args(arguments);
    if !arguments.iter().any(|argument| argument.starts_with("--pin-dir")) {
        command.args(["--pin-dir", ""]);
    }
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start {}", line(&command)))
}
