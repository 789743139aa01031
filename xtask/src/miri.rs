// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Miri: interprets the tests of unsafe code that needs no kernel.

use anyhow::Result;

use crate::{nightly, process::run as run_command, workspace};

/// Interprets the unit tests of `pod.rs`, which has all unsafe code of `classifier-common`. The other crates' unsafe code is
/// around system calls, which Miri does not know.
pub fn run() -> Result<()> {
    let mut cargo = nightly::cargo()?;
    cargo.args([
        "miri",
        "test",
        "--package",
        "classifier-common",
        "--features",
        "host,fixtures,user",
        "--lib",
    ]);
    cargo.arg("--target-dir").arg(workspace::metadata()?.target_directory.join("miri"));
    run_command(cargo.args(["--", "pod::"]))
}
