// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A release build: one binary to install.

use std::{
    env::consts::ARCH,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    process::{read, run},
    toolchain, workspace,
};

pub fn make() -> Result<()> {
    let Built { binary: built, target, version } = build()?;
    let folder = workspace::root().join("dist");
    let binary = folder.join(format!("classifier-{version}-{target}"));
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let size = fs::copy(&built, &binary)
        .with_context(|| format!("cannot copy {} to {}", built.display(), binary.display()))?;

    let version = read(Command::new(&binary).arg("--version")).context("the binary does not run here")?;
    println!("{}: {} KiB, {}, runs as {}", binary.display(), size / 1024, linkage(&binary), version.trim());
    println!("install it with: install -m 755 {} /usr/local/bin/classifier", binary.display());
    Ok(())
}

/// Result of a release build.
pub struct Built {
    pub binary: PathBuf,
    pub target: String,
    pub version: String,
}

/// Builds the binary for every machine of this architecture.
pub fn build() -> Result<Built> {
    toolchain::setup()?;
    let (target, flags) = target();
    println!("building for {target}");
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "--package", "classifier", "--target", &target]);
    run(cargo.env("CARGO_ENCODED_RUSTFLAGS", flags))?;

    let metadata = workspace::metadata()?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == "classifier")
        .context("no package classifier")?;
    let binary = metadata.target_directory.join(&target).join("release/classifier").into();
    Ok(Built { binary, target, version: package.version.to_string() })
}

/// Chooses musl if its standard library and a C compiler for it are installed, else this machine's C library,
/// linked statically.
fn target() -> (String, &'static str) {
    let musl = format!("{ARCH}-unknown-linux-musl");
    let library = read(Command::new("rustc").args(["--print", "target-libdir", "--target", &musl]));
    let library = library.is_ok_and(|folder| Path::new(folder.trim()).is_dir());
    // ring needs a C compiler for its C and assembly parts.
    if library && read(Command::new("musl-gcc").arg("--version")).is_ok() {
        (musl, "")
    } else {
        (format!("{ARCH}-unknown-linux-gnu"), "-Ctarget-feature=+crt-static")
    }
}

/// Reports how a binary is linked. `ldd` fails on a static binary and prints "statically linked" for a static
/// PIE.
fn linkage(binary: &Path) -> String {
    match read(Command::new("ldd").arg(binary)) {
        Ok(libraries) if !libraries.contains("statically linked") => {
            format!("dynamically linked to {} libraries", libraries.lines().count())
        }
        Ok(_) => "statically linked".into(),
        Err(error) if error.to_string().contains("not a dynamic executable") => "statically linked".into(),
        Err(error) => format!("linkage unknown ({error})"),
    }
}
