// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The nightly compiler, for tools that no stable one has.

use std::process::Command;

use anyhow::{Result, bail};

use crate::workspace;

/// Returns cargo of the nightly compiler, which finds the installed tools.
///
/// # Errors
///
/// When there is none.
pub fn cargo() -> Result<Command> {
    let mut probe = Command::new("rustup");
    probe.args(["run", "nightly", "cargo", "--version"]);
    if !probe.output().is_ok_and(|output| output.status.success()) {
        bail!(
            "a nightly compiler is missing: run `rustup toolchain install nightly --component miri,rust-src`"
        );
    }
    let mut cargo = Command::new("rustup");
    cargo.args(["run", "nightly", "cargo"]);
    let tools = workspace::tools().join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([tools].into_iter().chain(std::env::split_paths(&path)))?;
    // A cargo that runs this tool names its own compiler in these.
    cargo.env("PATH", path).env_remove("CARGO").env_remove("RUSTC").env_remove("RUSTUP_TOOLCHAIN");
    Ok(cargo)
}
