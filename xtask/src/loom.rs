// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every interleaving of the bucketed tables, by the model checker `loom`.

use anyhow::Result;

use crate::{process::run as run_command, workspace};

/// Builds and runs the models.
pub fn run() -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args([
        "test",
        "--package",
        "classifier-common",
        "--features",
        "fixtures,loom",
        "--test",
        "interleavings",
    ]);
    // Of its own: another selection of features would build the libraries of all other tests again.
    cargo.arg("--target-dir").arg(workspace::metadata()?.target_directory.join("loom"));
    run_command(&mut cargo)
}
