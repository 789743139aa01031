// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent of another layout of the counters.

use std::{path::Path, process::Command};

/// Builds the agent of another layout next to an agent, and returns its path.
pub fn other_layout(binary: &str) -> String {
    let folder = Path::new(binary).parent().expect("it is in a folder");
    let (name, target) = ("classifier-other-layout", folder.parent().expect("a target folder"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "classifier", "--features", "other-layout", "--bin", name]);
    let status = cargo.arg("--target-dir").arg(target).status().expect("cargo starts");
    assert!(status.success(), "{cargo:?}");
    folder.join(name).to_str().expect("a path in UTF-8").to_owned()
}
