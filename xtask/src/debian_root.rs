//! The files of a fresh Debian, for tests that install the package.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    process::{find, read},
    workspace,
};

const SUITE: &str = "bookworm";
const MIRROR: &str = "http://deb.debian.org/debian";

/// Beside the least there is: an init to boot, how to talk to it, and what boots it in a container.
const BESIDES: &str = "--include=systemd-sysv,dbus,systemd-container";

/// Makes `.tools/debian.tar` where it is not.
pub fn provide() -> Result<()> {
    let archive = workspace::tools().join("debian.tar");
    if archive.is_file() {
        return Ok(());
    }
    println!("debootstrap: {SUITE} into {} (a minute or two)", archive.display());
    let folder = workspace::tools().join("debian");
    if folder.is_dir() {
        // Of one that was interrupted.
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let debootstrap = find("debootstrap").context("no debootstrap: install its package")?;
    read(Command::new(debootstrap).args(["--variant=minbase", BESIDES, SUITE]).arg(&folder).arg(MIRROR))?;
    let part = archive.with_extension("part");
    let mut tar = Command::new("tar");
    // Packages that were downloaded are a third of it.
    tar.args(["--create", "--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb", "--file"]);
    read(tar.arg(&part).arg("--directory").arg(&folder).arg("."))?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    fs::rename(&part, &archive).with_context(|| format!("cannot make {}", archive.display()))
}
