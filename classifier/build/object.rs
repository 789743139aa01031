// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Building a kernel object for a build script, which embeds it. Shared by those of `classifier` and `bench`.
//!
//! `aya-build` is not used: it takes a rustup toolchain by name and allows neither a compiler by path nor a CPU version
//! for the BPF target.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::exit,
};

use super::record::{self, Machine};

/// Sources of every kernel object, beside its own.
const SOURCES: [&str; 5] =
    ["Cargo.toml", "Cargo.lock", "classifier/build/object.rs", "xtask/src/toolchain/record.rs", record::FILE];

/// The folder of the workspace.
pub fn root() -> Result<PathBuf, String> {
    Ok(PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join(".."))
}

/// Builds the kernel crate `package` from these sources too, and names the object to the crate in the environment
/// variable `name`. Gives its path.
pub fn embed(package: &str, sources: &[&str], name: &str) -> Result<PathBuf, String> {
    let root = root()?;
    for source in SOURCES.iter().chain(sources) {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    let out = PathBuf::from(variable("OUT_DIR")?);
    let object = out.join(package).with_extension("bpf.o");
    let built = compile(package, &root, &out)?;
    fs::copy(&built, &object).map_err(|error| format!("cannot copy {}: {error}", built.display()))?;
    println!("cargo::rustc-env={name}={}", object.display());
    Ok(object)
}

fn compile(package: &str, root: &Path, out: &Path) -> Result<PathBuf, String> {
    let text = fs::read_to_string(root.join(record::FILE))
        .map_err(|_| "no BPF toolchain recorded: run `cargo xtask setup` once")?;
    let record: record::Record = text.parse()?;
    let arch = variable("CARGO_CFG_TARGET_ARCH")?;
    let machine = Machine { arch: &arch, big_endian: variable("CARGO_CFG_TARGET_ENDIAN")? == "big" };
    // OUT_DIR is <target>/<profile>/build/<package>/out. One folder for all profiles and objects: they are always built
    // for release, and `core` needs to be built once.
    let target_dir = out.ancestors().nth(4).unwrap_or(out).join("kernel");
    let mut cargo = record.cargo("build", package, &machine, &target_dir);
    if env::var_os("CARGO_FEATURE_OTHER_LAYOUT").is_some() {
        cargo.args(["--features", "other-layout"]);
    }
    let status =
        cargo.current_dir(root).status().map_err(|error| format!("cannot start {cargo:?}: {error}"))?;
    if !status.success() {
        println!("cargo::error=the kernel object does not build; the compiler's words are below");
        // Only a script that fails has its stderr shown, where those words are.
        exit(1);
    }
    Ok(target_dir.join(machine.target()).join("release").join(package))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
