// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs of another architecture on this machine, by the kernel's `binfmt_misc` and QEMU.

use std::{env::consts::ARCH, fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{packages, process::read};

const FORMATS: &str = "/proc/sys/fs/binfmt_misc";
/// The rule of Debian's package, which is registered already where systemd runs.
const RULE: &str = "/usr/lib/binfmt.d/qemu-aarch64.conf";

/// Lets this machine run programs of a Debian architecture.
pub fn provide(architecture: &str) -> Result<()> {
    if architecture != "arm64" || ARCH == "aarch64" {
        return Ok(());
    }
    packages::provide_programs(&[("qemu-aarch64-static", "qemu-user-static")])?;
    if !Path::new(FORMATS).join("register").exists() {
        read(Command::new("mount").args(["-t", "binfmt_misc", "binfmt_misc", FORMATS]))?;
    }
    if Path::new(FORMATS).join("qemu-aarch64").exists() {
        return Ok(());
    }
    let rule = fs::read(RULE).with_context(|| format!("cannot read {RULE}: install qemu-user-static"))?;
    fs::write(Path::new(FORMATS).join("register"), rule)
        .context("cannot let the kernel run programs of arm64: root may")
}
