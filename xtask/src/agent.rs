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

/// Becomes `classifier run`, as root. What is tried out is gone afterwards, unless a folder says otherwise.
pub fn run(arguments: &[String]) -> Result<()> {
    let binary = build()?;
    let mut command = if privileges::is_root() {
        Command::new(&binary)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(&binary);
        sudo
    };
    // The agent takes this process's place, so that signals reach it and its exit status is ours.
    command.arg("run").args(arguments);
    if !arguments.iter().any(|argument| argument.starts_with("--pin-dir")) {
        command.args(["--pin-dir", ""]);
    }
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start {}", line(&command)))
}
