// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Mutations: single changes of the code, each of which a test must notice.

use std::{env, path::PathBuf, process::Command};

use anyhow::Result;
use clap::Args;

use crate::{process::run as run_command, workspace};

/// Release of cargo-mutants that `.cargo/mutants.toml` is written for.
const RELEASE: &str = "27.1.0";

/// Options of the verb.
#[derive(Args)]
pub struct Options {
    /// Change the modules of the agent that do no I/O instead of classifier-common
    #[arg(long)]
    agent: bool,
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
    // The tests of both need neither root nor the kernel.
    let (package, config) = if options.agent {
        ("classifier", "mutants-agent.toml")
    } else {
        ("classifier-common", "mutants.toml")
    };
    mutants.current_dir(workspace::root()).args(["mutants", "--package", package]);
    mutants.arg("--config").arg(workspace::root().join(".cargo").join(config));
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
