//! Formatting, clippy for every crate, licences.

use std::env::consts::ARCH;

use anyhow::{Result, bail};

use crate::{
    licences,
    process::run,
    toolchain::{
        self,
        record::{Machine, Record},
    },
    workspace,
};

/// Clippy's own way to take arguments through the environment.
const DENY_WARNINGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// What is built for the BPF target.
const KERNEL_CRATES: [&str; 2] = ["classifier-ebpf", "bench-ebpf"];

/// Every check, also after one has failed; the number of them.
pub fn run_all() -> Result<usize> {
    let record = toolchain::setup()?;
    let checks: [(&str, &dyn Fn() -> Result<()>); 4] = [
        ("formatting", &formatting),
        ("clippy", &clippy),
        ("clippy of the kernel crates", &|| {
            KERNEL_CRATES.iter().try_for_each(|kernel| kernel_clippy(&record, kernel))
        }),
        ("licences", &licences::check),
    ];
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
    run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["clippy", "--quiet", "--workspace", "--all-targets"]);
    cargo.args(KERNEL_CRATES.iter().flat_map(|kernel| ["--exclude", kernel]));
    run(cargo.args(["--", "-D", "warnings"]))
}

/// For the BPF target with the clippy of the recorded compiler; a compiler without one leaves the host's, which sees
/// the same source but not what is only compiled for BPF.
fn kernel_clippy(record: &Record, package: &str) -> Result<()> {
    if let Some(driver) = toolchain::clippy(record) {
        let machine = Machine { arch: ARCH, big_endian: cfg!(target_endian = "big") };
        let target_dir = workspace::metadata()?.target_directory.join("kernel");
        let mut cargo = record.cargo("check", package, &machine, target_dir.as_std_path());
        cargo.current_dir(workspace::root()).arg("--quiet");
        return run(cargo.env("RUSTC_WORKSPACE_WRAPPER", driver).env("CLIPPY_ARGS", DENY_WARNINGS));
    }
    println!("lint: no clippy beside {}: {package} is checked for the host", record.rustc.display());
    let mut cargo = workspace::cargo();
    cargo.args(["clippy", "--quiet", "--package", package, "--bins"]);
    run(cargo.args(["--", "-D", "warnings"]))
}
