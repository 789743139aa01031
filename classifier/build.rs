// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Builds the kernel object that the agent embeds, and records the commit.

#[path = "build/object.rs"]
mod kernel;
#[path = "build/lean.rs"]
mod lean;
#[path = "../xtask/src/toolchain/record.rs"]
mod record;

use std::{env, path::Path, process::Command};

const SOURCES: [&str; 4] =
    ["classifier/build/lean.rs", "classifier-common/Cargo.toml", "classifier-common/src", "classifier-ebpf"];

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
    }
}

fn build() -> Result<(), String> {
    let revision = revision(&kernel::root()?);
    println!("cargo::rustc-env=CLASSIFIER_REVISION={}", revision.as_deref().unwrap_or("unknown"));
    // Whoever changes a program needs the lines in a refusal of the verifier; they build without optimization.
    let is_release = env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    lean::strip(&kernel::embed("classifier-ebpf", &SOURCES, "CLASSIFIER_OBJECT")?, is_release)
}

/// Returns the checked-out commit, if this is a git work tree.
fn revision(root: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]).unwrap_or_default();
    for name in ["HEAD", "packed-refs", &branch] {
        // A missing path would count as changed in every build.
        if let Some(path) =
            git(&["rev-parse", "--git-path", name]).map(|path| root.join(path)).filter(|path| path.is_file())
        {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}
