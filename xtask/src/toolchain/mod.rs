// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bootstrap of the tools that build the kernel object. It changes no installed toolchain: compilers are
//! called by path.

pub mod compiler;
mod debian;
pub mod linker;
pub mod llvm;
pub mod record;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use compiler::Compiler;
use linker::Linker;
use record::Record;

use crate::{
    privileges,
    process::{find, succeeds_within},
    workspace,
};

/// Path of the distribution's compiler.
const DISTRIBUTION: &str = "/usr/bin/rustc";

const COMPONENT_LIMIT: Duration = Duration::from_mins(1);

const ADVICE: &str =
    "no compiler here can build `core` for BPF; install one with its source, then run this again:
  with rustup:  rustup toolchain install nightly --component rust-src
  on Debian:    apt-get install rustc-web rust-web-src rust-web-clippy";

/// Returns the recorded toolchain if it is unchanged, else records a new one.
pub fn setup() -> Result<Record> {
    if let Some(record) = recorded() {
        return Ok(record);
    }
    let (compiler, linker) = choose()?;
    println!("compiler: {} ({})", compiler.rustc.display(), compiler.version);
    let library = linker.library.as_ref().map_or("its own LLVM".into(), |path| path.display().to_string());
    println!("linker: {} with {library}", linker.program.display());
    let record = Record {
        cargo: compiler.cargo,
        rustc: compiler.rustc,
        rustc_version: compiler.version,
        linker: linker.program,
        library_path: linker.library_path,
    };
    let path = workspace::root().join(record::FILE);
    fs::write(&path, record.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    println!("recorded in {}", record::FILE);
    Ok(record)
}

/// Returns the record if every tool in it still exists.
pub fn recorded() -> Option<Record> {
    let record: Record = fs::read_to_string(workspace::root().join(record::FILE)).ok()?.parse().ok()?;
    let library = record.library_path.join("libLLVM.so");
    let present = record.cargo.is_file()
        && record.linker.is_file()
        && record.library_path.is_dir()
        // A linker with its own LLVM has no link in the folder. A dangling link is an error.
        && (!library.is_symlink() || library.exists());
    // `rustup component remove` may delete the source and keep the compiler.
    (present && Compiler::examine(&record.rustc).ok()?.version == record.rustc_version).then_some(record)
}

/// Chooses from the installed tools first, then installs missing ones step by step.
fn choose() -> Result<(Compiler, Linker)> {
    if let Some(chosen) = pair()? {
        return Ok(chosen);
    }
    if add_component()
        && let Some(chosen) = pair()?
    {
        return Ok(chosen);
    }
    if privileges::may_install_packages() {
        debian::install()?;
        if let Some(chosen) = pair()? {
            return Ok(chosen);
        }
    }
    bail!(ADVICE)
}

/// Returns the first compiler with an installed linker, else the first compiler with an installable linker.
fn pair() -> Result<Option<(Compiler, Linker)>> {
    let mut installable = None;
    for (_, examined) in compiler::examine_all() {
        let Ok(compiler) = examined else { continue };
        if let Some(linker) = linker::present(&compiler) {
            return Ok(Some((compiler, linker)));
        }
        if installable.is_none() && linker::installable(&compiler) {
            installable = Some(compiler);
        }
    }
    installable.map(|compiler| linker::install(&compiler).map(|linker| (compiler, linker))).transpose()
}

fn add_component() -> bool {
    let (Some(rustup), Some(_)) = (find("rustup"), compiler::rustup_nightly()) else { return false };
    let mut command = Command::new(rustup);
    let added = succeeds_within(
        COMPONENT_LIMIT,
        command.args(["component", "add", "rust-src", "--toolchain", "nightly"]),
    );
    println!(
        "rustup component add rust-src --toolchain nightly: {}",
        if added { "added" } else { "could not" }
    );
    added
}

/// Returns the clippy of the recorded compiler. Another release could not read the build's metadata.
pub fn clippy(record: &Record) -> Option<PathBuf> {
    let driver = record.rustc.with_file_name("clippy-driver");
    if !driver.is_file()
        && record.rustc == Path::new(DISTRIBUTION)
        && privileges::may_install_packages()
        && let Err(error) = debian::install_clippy()
    {
        println!("clippy for {DISTRIBUTION} could not be installed: {error:#}");
    }
    driver.is_file().then_some(driver)
}
