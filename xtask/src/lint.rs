// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lints: formatting, clippy for every crate, terminal libraries, licences, the module graph, words, CI's workflows.

use std::{env::consts::ARCH, process::Command};

use anyhow::{Result, bail};

use crate::{
    licences, modules, process,
    toolchain::{
        self,
        record::{Machine, Record},
    },
    words, workspace,
};

/// Value of `CLIPPY_ARGS`, by which `cargo clippy` passes arguments to its driver.
const DENY_WARNINGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// Crates for the BPF target.
const KERNEL_CRATES: [&str; 2] = ["classifier-ebpf", "bench-ebpf"];

/// Check that needs a program of its own.
const WORKFLOWS: &str = "workflows";

/// Libraries that only the agent's feature `top` links.
const TERMINAL_LIBRARIES: [&str; 4] = ["crossterm", "indicatif", "ratatui", "rustls_native_certs"];

/// Runs every check whose name contains `name`, also after one has failed. Returns the number of checks.
pub fn run(name: &str) -> Result<usize> {
    let record = toolchain::setup()?;
    let checks: [(&str, &dyn Fn() -> Result<()>); 8] = [
        ("formatting", &formatting),
        ("clippy", &clippy),
        ("clippy of the kernel crates", &|| {
            KERNEL_CRATES.iter().try_for_each(|kernel| kernel_clippy(&record, kernel))
        }),
        ("terminal libraries", &terminal_libraries),
        ("licences", &licences::check),
        ("module graph", &modules::check),
        ("words", &words::check),
        (WORKFLOWS, &workflows),
    ];
    let mut checks: Vec<_> = checks.iter().filter(|(check, _)| check.contains(name)).collect();
    // Debian has no package of actionlint. The workflow of the lints installs it.
    if process::find("actionlint").is_none() {
        checks.retain(|(check, _)| *check != WORKFLOWS);
        println!("lint: {WORKFLOWS}: NOT CHECKED, there is no actionlint");
    }
    if checks.is_empty() {
        bail!("no check contains {name:?} in its name");
    }
    let mut failed = vec![];
    for (name, check) in &checks {
        println!("lint: {name}");
        if let Err(error) = check() {
            println!("lint: {name} failed: {error:#}");
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(checks.len())
}

fn formatting() -> Result<()> {
    process::run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["clippy", "--quiet", "--workspace", "--all-targets"]);
    cargo.args(KERNEL_CRATES.iter().flat_map(|kernel| ["--exclude", kernel]));
    process::run(cargo.args(["--", "-D", "warnings"]))?;
    let mut hardened = workspace::cargo();
    hardened.args(["clippy", "--quiet", "--workspace", "--all-targets", "--no-default-features"]);
    // The benchmarks depend on the agent with its default features.
    let left_out = ["bench"].into_iter().chain(KERNEL_CRATES);
    hardened.args(left_out.flat_map(|package| ["--exclude", package]));
    process::run(hardened.args(["--", "-D", "warnings"]))
}

/// Checks that the agent without its default features links no crate of `classifier top`. With these features
/// it must link each: an outdated name in the list would never be found.
fn terminal_libraries() -> Result<()> {
    let linked = |features: &[&str]| -> Result<Vec<&str>> {
        let mut cargo = workspace::cargo();
        cargo.args(["tree", "--locked", "--package", "classifier", "--edges", "normal,build"]);
        let tree = process::read(cargo.args(["--prefix", "none", "--format", "{lib}"]).args(features))?;
        let crates: Vec<_> = tree.lines().collect();
        Ok(TERMINAL_LIBRARIES.into_iter().filter(|library| crates.contains(library)).collect())
    };
    let (with, without) = (linked(&[])?, linked(&["--no-default-features"])?);
    if with != TERMINAL_LIBRARIES || !without.is_empty() {
        bail!("linked with the feature `top`: {}; without: {}", with.join(", "), without.join(", "));
    }
    Ok(())
}

/// Checks CI's workflows by actionlint.
fn workflows() -> Result<()> {
    process::run(Command::new("actionlint").current_dir(workspace::root()))
}

/// Runs the recorded compiler's clippy for the BPF target. Without one, the host's clippy runs, which skips
/// code that is only compiled for BPF.
fn kernel_clippy(record: &Record, package: &str) -> Result<()> {
    if let Some(driver) = toolchain::clippy(record) {
        let machine = Machine { arch: ARCH, big_endian: cfg!(target_endian = "big") };
        let target_dir = workspace::metadata()?.target_directory.join("kernel");
        let mut cargo = record.cargo("check", package, &machine, target_dir.as_std_path());
        cargo.current_dir(workspace::root()).arg("--quiet");
        return process::run(cargo.env("RUSTC_WORKSPACE_WRAPPER", driver).env("CLIPPY_ARGS", DENY_WARNINGS));
    }
    println!("lint: no clippy beside {}: {package} is checked for the host", record.rustc.display());
    let mut cargo = workspace::cargo();
    cargo.args(["clippy", "--quiet", "--package", package, "--bins"]);
    process::run(cargo.args(["--", "-D", "warnings"]))
}
