// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compilers with the source of their own `core`. A compiler cannot build another compiler's `core`.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    process::{find, read},
    workspace,
};

#[derive(Debug)]
pub struct Compiler {
    pub rustc: PathBuf,
    pub cargo: PathBuf,
    pub sysroot: PathBuf,
    /// Version line, different for each compiler.
    pub version: String,
    pub llvm: u32,
}

impl Compiler {
    /// Examines the compiler at `rustc`. An error says why it cannot build `core` for BPF.
    pub fn examine(rustc: &Path) -> Result<Self> {
        let facts = facts(rustc)?;
        let oldest = env!("CARGO_PKG_RUST_VERSION");
        anyhow::ensure!(minor(&facts.release) >= minor(oldest), "{} is older than {oldest}", facts.release);
        let sysroot = PathBuf::from(read(isolated(rustc).args(["--print", "sysroot"]))?.trim());
        let source = sysroot.join("lib/rustlib/src/rust/library/core/src/lib.rs");
        anyhow::ensure!(source.is_file(), "{} has no source of core", facts.version);
        Ok(Self {
            rustc: rustc.into(),
            cargo: cargo_of(rustc, &facts.release),
            sysroot,
            version: facts.version,
            llvm: facts.llvm,
        })
    }
}

/// Examines every compiler of this machine, in order of preference.
pub fn examine_all() -> Vec<(PathBuf, Result<Compiler>)> {
    let mut places = vec![];
    places.extend(rustup_nightly());
    places.extend(default());
    places.extend(
        ["/usr/bin/rustc", "/usr/local/bin/rustc"]
            .map(PathBuf::from)
            .into_iter()
            .filter(|path| path.is_file()),
    );
    places.dedup();
    places.into_iter().map(|rustc| (rustc.clone(), Compiler::examine(&rustc))).collect()
}

pub fn rustup_nightly() -> Option<PathBuf> {
    // Without this variable, rustup may install a missing toolchain.
    let mut command = Command::new(find("rustup")?);
    let answer =
        read(command.env("RUSTUP_AUTO_INSTALL", "0").args(["which", "--toolchain", "nightly", "rustc"]))
            .ok()?;
    Some(answer.trim().into())
}

/// Returns the compiler of the active toolchain by its real path: `rustc` in `PATH` may be rustup's proxy.
fn default() -> Option<PathBuf> {
    let sysroot =
        read(Command::new("rustc").current_dir(workspace::root()).args(["--print", "sysroot"])).ok()?;
    Some(Path::new(sysroot.trim()).join("bin/rustc"))
}

struct Facts {
    release: String,
    version: String,
    llvm: u32,
}

fn facts(rustc: &Path) -> Result<Facts> {
    let answer = read(isolated(rustc).arg("-vV"))?;
    let field = |name: &str| {
        let mut lines = answer.lines();
        lines
            .find_map(|line| line.strip_prefix(name))
            .with_context(|| format!("{}: no {name}", rustc.display()))
    };
    let llvm = field("LLVM version: ")?;
    Ok(Facts {
        release: field("release: ")?.into(),
        version: format!("{}, LLVM {llvm}", answer.lines().next().unwrap_or_default()),
        llvm: llvm
            .split('.')
            .next()
            .unwrap_or(llvm)
            .parse()
            .with_context(|| format!("LLVM version {llvm}"))?,
    })
}

/// Returns a command for the compiler with a clean environment: cargo and rustup point `LD_LIBRARY_PATH` at
/// another compiler's libraries.
fn isolated(rustc: &Path) -> Command {
    let mut command = Command::new(rustc);
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// Returns the cargo beside the compiler if it has the same release, else the running cargo. Debian ships an
/// older one.
fn cargo_of(rustc: &Path, release: &str) -> PathBuf {
    let beside = rustc.with_file_name("cargo");
    let same =
        read(Command::new(&beside).arg("-V")).is_ok_and(|answer| answer.split(' ').nth(1) == Some(release));
    if same {
        beside
    } else {
        env::var_os("CARGO").map(PathBuf::from).or_else(|| find("cargo")).unwrap_or(beside)
    }
}

/// Parses the minor version: 95 of `1.95.0-nightly`.
fn minor(release: &str) -> Option<u32> {
    release.split('.').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn releases_are_compared_by_number() {
        assert!(minor("1.100.0-nightly") > minor("1.95"));
        assert_eq!(minor("1.96.0"), minor("1.96.1"));
        assert!(minor("unknown") < minor("1.0"));
    }
}
