// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Checks of the licences: the dependencies' with their sources, advisories and yanked versions, and the line of each source
//! file.
//!
//! Building `cargo-deny` takes minutes on every fresh clone, and its advisory database is a git repository. A
//! machine without the internet cannot fetch it. This check takes seconds, and `cargo deny check` reads the
//! same `deny.toml`.

mod advisories;
mod policy;
mod yanked;

use std::{fs, process::Command};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Metadata, Package};

use crate::{process, workspace};

pub fn check() -> Result<()> {
    let metadata = workspace::metadata()?;
    let mut problems = unlicensed(&metadata)?;
    // A package without a source is a workspace member.
    let foreign: Vec<&Package> =
        metadata.packages.iter().filter(|package| package.source.is_some()).collect();

    problems.extend(policy::Policy::load()?.problems(&foreign));
    println!("licences: {} dependencies checked for licence and source", foreign.len());
    problems.extend(advisories::problems(&foreign)?);
    problems.extend(yanked::problems(&foreign)?);
    for problem in &problems {
        println!("licences: {problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems with licences", problems.len());
    }
    Ok(())
}

/// Lists the source files of the repository without the workspace's licence in their first two lines: a script begins with its
/// interpreter.
fn unlicensed(metadata: &Metadata) -> Result<Vec<String>> {
    let licence = metadata.workspace_packages().into_iter().find_map(|package| package.license.as_ref());
    let licence = licence.context("no package of the workspace has a licence")?;
    let line = format!("SPDX-License-Identifier: {licence}");
    let mut git = Command::new("git");
    let files = process::read(git.current_dir(workspace::root()).args(["ls-files", "*.rs", "*.sh"]))?;
    let mut problems = Vec::new();
    for file in files.lines() {
        let text = fs::read_to_string(workspace::root().join(file)).context(file.to_owned())?;
        if !text.lines().take(2).any(|first| first.ends_with(&line)) {
            problems.push(format!("{file}: no line `{line}`"));
        }
    }
    println!("licences: {} source files checked for their line", files.lines().count());
    Ok(problems)
}
