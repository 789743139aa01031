// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Mutations of the packet path: single changes of the code, each of which a test must notice.

use std::{env, path::PathBuf, process::Command};

use anyhow::Result;
use clap::Args;

use crate::{process::run as run_command, workspace};

/// Release of cargo-mutants that `.cargo/mutants.toml` is written for.
const RELEASE: &str = "27.1.0";

/// Package whose code is changed. Its tests need neither root nor the kernel.
const PACKAGE: &str = "classifier-common";

/// Options of the verb.
#[derive(Args)]
pub struct Options {
    /// Make one of N parts of the changes
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Change only files that match this; repeatable
    #[arg(long = "file", value_name = "GLOB")]
    files: Vec<String>,
    /// Change only what a diff changes
    #[arg(long, value_name = "FILE")]
    in_diff: Option<PathBuf>,
}

/// Makes the changes, and fails if no test notices one of them.
pub fn run(options: &Options) -> Result<()> {
    let mut mutants = Command::new(workspace::cargo_tool("cargo-mutants", RELEASE)?);
    mutants.current_dir(workspace::root()).args(["mutants", "--package", PACKAGE]);
    mutants.arg("--output").arg(workspace::metadata()?.target_directory);
    if let Some(shard) = &options.shard {
        mutants.args(["--shard", shard]);
    }
    mutants.args(options.files.iter().flat_map(|file| ["--file", file]));
    if let Some(diff) = &options.in_diff {
        mutants.arg("--in-diff").arg(env::current_dir()?.join(diff));
    }
    run_command(&mut mutants)
}
