//! Root file system of a fresh Debian, for tests that install the package.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
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
    let debootstrap = find("debootstrap").context("no debootstrap: install its package")?;
    read(Command::new(debootstrap).args(["--variant=minbase", BESIDES, SUITE]).arg(&folder).arg(MIRROR))?;
    let part = archive.with_extension("part");
    let mut tar = Command::new("tar");
    // Downloaded packages are a third of the size.
    tar.args(["--create", "--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb", "--file"]);
    read(tar.arg(&part).arg("--directory").arg(&folder).arg("."))?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    fs::rename(&part, &archive).with_context(|| format!("cannot make {}", archive.display()))
}
