// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A second build in another folder, compared with the first one.

use std::{collections::BTreeSet, fs, os::unix::fs::symlink, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    process::{read, run},
    workspace,
};

/// Builds the release in a clone, and compares the checksums of all files.
pub fn compare(architectures: &[String], first: &Path) -> Result<()> {
    let root = workspace::root();
    let changes = read(Command::new("git").current_dir(&root).args(["status", "--porcelain"]))?;
    ensure!(changes.is_empty(), "a clone lacks what is not committed: commit it first\n{changes}");
    let clone = workspace::metadata()?.target_directory.join("another/folder/for/the/clone");
    let clone = clone.as_std_path();
    if clone.is_dir() {
        fs::remove_dir_all(clone).with_context(|| format!("cannot remove {}", clone.display()))?;
    }
    run(Command::new("git").args(["clone", "--quiet", "--shared"]).arg(&root).arg(clone))?;
    symlink(workspace::tools(), clone.join(".tools")).context("cannot link .tools")?;
    println!("building again in {}", clone.display());
    let mut cargo = workspace::cargo();
    // Cargo sets variables for this program that would lead to the first folder.
    for variable in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_TARGET_DIR"] {
        cargo.env_remove(variable);
    }
    cargo.current_dir(clone).args(["run", "--quiet", "--package", "xtask", "--", "release"]);
    cargo.args(architectures.iter().flat_map(|name| ["--arch", name]));
    run(&mut cargo)?;
    let [one, other] = [first.to_owned(), clone.join("dist/release")].map(|folder| sums(&folder));
    let (one, other) = (one?, other?);
    let different: Vec<_> = one.symmetric_difference(&other).cloned().collect();
    if !different.is_empty() {
        bail!("two builds differ:\n{}", different.join("\n"));
    }
    println!("two builds in two folders are equal: {} files", one.len());
    fs::remove_dir_all(clone).with_context(|| format!("cannot remove {}", clone.display()))
}

fn sums(folder: &Path) -> Result<BTreeSet<String>> {
    let file = folder.join("SHA256SUMS");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.lines().map(Into::into).collect())
}
