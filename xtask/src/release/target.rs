// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Targets of a release: musl, so that a binary runs with every C library.

use std::{
    env::consts::ARCH,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    packages,
    process::{self, read, run},
    workspace,
};

/// A target, with the C compiler for ring's C and assembly parts.
pub struct Target {
    pub architecture: &'static str,
    /// Name that Debian and container registries give the architecture.
    pub debian: &'static str,
    pub triple: &'static str,
    compiler: &'static str,
    /// Debian package of the compiler.
    package: &'static str,
}

const TARGETS: [Target; 2] = [
    Target {
        architecture: "x86_64",
        debian: "amd64",
        triple: "x86_64-unknown-linux-musl",
        compiler: "musl-gcc",
        package: "musl-tools",
    },
    // Debian has no compiler of musl for another architecture. ring includes no header of the C library.
    Target {
        architecture: "aarch64",
        debian: "arm64",
        triple: "aarch64-unknown-linux-musl",
        compiler: "aarch64-linux-gnu-gcc",
        package: "gcc-aarch64-linux-gnu",
    },
];

/// Returns the names that Rust gives the targets.
pub fn triples() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|target| target.triple)
}

/// Selects the targets of these architectures, or all. Each can be built here.
pub fn select(architectures: &[String]) -> Result<Vec<&'static Target>> {
    if let Some(unknown) =
        architectures.iter().find(|name| TARGETS.iter().all(|target| target.architecture != **name))
    {
        bail!("no release is built for {unknown}: known are x86_64 and aarch64");
    }
    let is_wanted = |target: &&Target| {
        architectures.is_empty() || architectures.iter().any(|name| name == target.architecture)
    };
    let targets: Vec<_> = TARGETS.iter().filter(is_wanted).collect();
    targets.iter().try_for_each(|target| target.provide())?;
    Ok(targets)
}

/// Returns the target whose binary runs on this machine.
pub fn of_this_machine() -> Result<&'static Target> {
    let targets = select(&[ARCH.to_owned()])?;
    targets.first().copied().context("this machine has a target")
}

impl Target {
    /// Installs the standard library and the C compiler if they are missing.
    fn provide(&self) -> Result<()> {
        let triple = self.triple;
        let library = read(Command::new("rustc").args(["--print", "target-libdir", "--target", triple]))?;
        if !Path::new(library.trim()).is_dir() {
            run(Command::new("rustup").args(["target", "add", triple]))
                .with_context(|| format!("no standard library for {triple}: install it"))?;
        }
        packages::provide_programs(&[(self.compiler, self.package)])?;
        if process::find(self.compiler).is_none() {
            bail!("no {}: `apt-get install {}`", self.compiler, self.package);
        }
        Ok(())
    }

    /// Builds the agent in a build folder. Paths of its sources are replaced, as those of the kernel programs are by their
    /// own build.
    pub fn build(&self, folder: &Path, time: &str) -> Result<PathBuf> {
        println!("building for {}", self.triple);
        let mut cargo = workspace::cargo();
        cargo.args(["build", "--release", "--locked", "--package", "classifier"]);
        cargo.arg("--target-dir").arg(folder);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(folder)?.join("\u{1f}")).env("SOURCE_DATE_EPOCH", time);
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
        run(self.choose(&mut cargo))?;
        Ok(folder.join(self.triple).join("release/classifier"))
    }

    /// Lets cargo build for this target.
    pub fn choose<'a>(&self, cargo: &'a mut Command) -> &'a mut Command {
        let variable = self.triple.replace('-', "_");
        cargo.args(["--target", self.triple]).env(format!("CC_{variable}"), self.compiler);
        // The linker that rustc brings links Rust's own C library: no compiler of the target is needed for that.
        cargo.env(format!("CARGO_TARGET_{}_LINKER", variable.to_uppercase()), "rust-lld")
    }
}

/// Flags that replace the paths of this machine: of the sources, of cargo's and of the build folder.
fn flags(folder: &Path) -> Result<Vec<String>> {
    let home = std::env::home_dir().context("no home folder")?;
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let paths = [(workspace::root(), "/classifier"), (cargo, "/cargo"), (folder.to_owned(), "/build")];
    let remaps = paths.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    Ok(remaps.collect())
}
