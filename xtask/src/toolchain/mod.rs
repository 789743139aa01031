//! Bootstrap of what builds the kernel object. Nothing of the user's is changed: compilers are called by path.

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

/// Where the distribution's compiler stands.
const DISTRIBUTION: &str = "/usr/bin/rustc";

const COMPONENT_LIMIT: Duration = Duration::from_mins(1);

const ADVICE: &str =
    "no compiler here can build `core` for BPF; install one with its source, then run this again:
  with rustup:  rustup toolchain install nightly --component rust-src
  on Debian:    apt-get install rustc-web rust-web-src rust-web-clippy";

/// The recorded toolchain if it is still what it was, else a new record.
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

/// The record, if all that it names is still there.
pub fn recorded() -> Option<Record> {
    let record: Record = fs::read_to_string(workspace::root().join(record::FILE)).ok()?.parse().ok()?;
    let library = record.library_path.join("libLLVM.so");
    let present = record.cargo.is_file()
        && record.linker.is_file()
        && record.library_path.is_dir()
        // A linker with its own LLVM has no link here; a link that leads nowhere is another matter.
        && (!library.is_symlink() || library.exists());
    // Its source may be gone too: `rustup component remove` leaves the compiler as it was.
    (present && Compiler::examine(&record.rustc).ok()?.version == record.rustc_version).then_some(record)
}

/// What is here already, then what can be had: each step only if those before it were not enough.
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

/// The first compiler for which a linker is here, else the first for which one can be installed.
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

/// The clippy of the recorded compiler: another release would not read what it builds.
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
