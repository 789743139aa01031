// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Paths of the workspace.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::process;

/// Returns the folder of the workspace's Cargo.toml.
pub fn root() -> PathBuf {
    // Read at run time: a binary in a shared target folder may come from another clone.
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.parent().map_or(manifest.clone(), Path::to_path_buf)
}

/// Returns the folder of installed and unpacked tools, inside the workspace and never committed.
pub fn tools() -> PathBuf {
    root().join(".tools")
}

/// Returns the cargo that runs this tool, in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

pub fn metadata() -> Result<Metadata> {
    metadata_with(None)
}

/// Returns the metadata for more options of `cargo metadata`.
pub fn metadata_with(options: impl IntoIterator<Item = String>) -> Result<Metadata> {
    let options = ["--locked".to_owned()].into_iter().chain(options);
    MetadataCommand::new()
        .current_dir(root())
        .other_options(options.collect::<Vec<_>>())
        .exec()
        .context("cargo metadata")
}

/// Returns the path of a program that cargo builds, such as `cargo-fuzz`, and installs this release of it where it is
/// missing.
pub fn cargo_tool(name: &str, release: &str) -> Result<PathBuf> {
    let program = tools().join("bin").join(name);
    if !program.is_file() {
        println!("installing {name} {release} into {}", tools().display());
        let mut install = cargo();
        install.args(["install", name, "--version", release, "--locked", "--quiet", "--root"]);
        process::run(install.arg(tools()))?;
    }
    Ok(program)
}
