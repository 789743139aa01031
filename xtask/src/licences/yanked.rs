// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Yanked versions among the dependencies.

use std::{fmt::Write, fs};

use anyhow::{Context, Result};
use cargo_metadata::Package;

use crate::{ci, workspace};

/// Resolves a package that requires each version exactly, without a lock file. Cargo then refuses a yanked
/// version by name. With a lock file it would accept one.
pub fn problems(packages: &[&Package]) -> Result<Vec<String>> {
    let folder = workspace::tools().join("yanked");
    fs::create_dir_all(folder.join("src")).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(folder.join("src/lib.rs"), "")
        .context("cannot write the package that requires every dependency")?;
    fs::write(folder.join("Cargo.toml"), manifest(packages)).context("cannot write its manifest")?;
    let lock = folder.join("Cargo.lock");
    if lock.exists() {
        fs::remove_file(&lock).with_context(|| format!("cannot remove {}", lock.display()))?;
    }

    let mut cargo = workspace::cargo();
    let output =
        cargo.current_dir(&folder).args(["generate-lockfile", "--quiet"]).output().context("cargo")?;
    if output.status.success() {
        println!("licences: no dependency was yanked");
        return Ok(vec![]);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("yanked") {
        return Ok(vec![complaint.trim().into()]);
    }
    let reason = complaint.lines().next().unwrap_or("cargo says nothing");
    if ci::is_here() {
        return Ok(vec![format!("cannot ask the registry for yanked versions: {reason}")]);
    }
    println!("licences: NOT CHECKED for yanked versions: {reason}");
    Ok(vec![])
}

fn manifest(packages: &[&Package]) -> String {
    // The empty `[workspace]` table keeps the package out of the surrounding workspace.
    let mut text =
        "[package]\nname = \"yanked\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n".to_owned();
    for (index, package) in packages.iter().enumerate() {
        let (name, version) = (&package.name, &package.version);
        let _ = writeln!(
            text,
            "d{index} = {{ package = \"{name}\", version = \"={version}\", default-features = false }}"
        );
    }
    text
}
