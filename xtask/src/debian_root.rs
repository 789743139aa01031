// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Root file system of a fresh Debian, for tests that install the package.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    emulation, packages,
    process::{find, read},
    workspace,
};

const SUITE: &str = "bookworm";
const MIRROR: &str = "http://deb.debian.org/debian";

/// Packages beyond Debian's minimum: an init, the D-Bus to control it, the container tools to boot it, and a firewall.
const BESIDES: &str = "--include=systemd-sysv,dbus,systemd-container,nftables";

/// Creates `.tools/debian.tar` if it is missing.
pub fn provide() -> Result<()> {
    let archive = workspace::tools().join("debian.tar");
    if archive.is_file() {
        return Ok(());
    }
    println!("debootstrap: {SUITE} into {} (a minute or two)", archive.display());
    let folder = workspace::tools().join("debian");
    if folder.is_dir() {
        // An interrupted run leaves this folder behind.
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    bootstrap(&folder, &[BESIDES, SUITE])?;
    let part = archive.with_extension("part");
    let mut tar = Command::new("tar");
    // Downloaded packages are a third of the size.
    tar.args(["--create", "--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb", "--file"]);
    read(tar.arg(&part).arg("--directory").arg(&folder).arg("."))?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    fs::rename(&part, &archive).with_context(|| format!("cannot make {}", archive.display()))
}

/// Packages of a machine that boots: an init, the D-Bus to control it, network tools, and the one that loads modules.
const BOOTED: &str = "--include=systemd-sysv,dbus,iproute2,iputils-ping,kmod";

/// Creates the initramfs archive of a suite for an architecture if it is missing, and returns its path.
pub fn provide_archive(suite: &str, architecture: &str) -> Result<PathBuf> {
    let folder = workspace::tools().join("roots").join(format!("{suite}-{architecture}"));
    let archive = folder.with_extension("cpio");
    if archive.is_file() {
        return Ok(archive);
    }
    packages::provide_programs(&[("debootstrap", "debootstrap"), ("cpio", "cpio")])?;
    emulation::provide(architecture)?;
    println!("debootstrap: {suite} for {architecture} into {} (some minutes)", archive.display());
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    bootstrap(&folder, &[BOOTED, "--arch", architecture, suite])?;
    let part = archive.with_extension("part");
    let pack = "rm -f var/cache/apt/archives/*.deb var/cache/apt/*.bin && rm -rf var/lib/apt/lists/* && \
                find . -mindepth 1 | cpio --create --format=newc --quiet >\"$0\"";
    read(Command::new("sh").current_dir(&folder).args(["-c", pack]).arg(&part))?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    fs::rename(&part, &archive).with_context(|| format!("cannot make {}", archive.display()))?;
    Ok(archive)
}

fn bootstrap(folder: &Path, arguments: &[&str]) -> Result<()> {
    let debootstrap = find("debootstrap").context("no debootstrap: install its package")?;
    let mut command = Command::new(debootstrap);
    command.arg("--variant=minbase").args(arguments).arg(folder).arg(MIRROR);
    read(&mut command).map(drop)
}
