// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The RPM package, from the files of the Debian package: one list of files for both.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::Target;
use crate::{
    process::{find, read},
    workspace,
};

/// Debian's files that RPM distributions do not have, or have elsewhere.
const MOVED: [(&str, Option<&str>); 2] =
    [("usr/share/zsh/vendor-completions", Some("usr/share/zsh/site-functions")), ("usr/share/lintian", None)];

/// Packs the files of a Debian package, and returns the name of the RPM package.
pub fn pack(target: &Target, package: &Path, builds: &Path, output: &Path, time: &str) -> Result<String> {
    let Some(rpmbuild) = find("rpmbuild") else { bail!("no rpmbuild: `apt-get install rpm`") };
    let top = builds.join("rpm").join(target.architecture);
    if top.is_dir() {
        fs::remove_dir_all(&top).with_context(|| format!("cannot remove {}", top.display()))?;
    }
    let tree = top.join("tree");
    fs::create_dir_all(&tree).with_context(|| format!("cannot make {}", tree.display()))?;
    read(Command::new("dpkg-deb").arg("-x").arg(package).arg(&tree))?;
    for (from, to) in MOVED {
        let from = tree.join(from);
        match to.map(|to| tree.join(to)) {
            Some(to) => fs::rename(&from, &to).with_context(|| format!("cannot move {}", from.display()))?,
            None => fs::remove_dir_all(&from).with_context(|| format!("cannot remove {}", from.display()))?,
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    let define = |name: &str, value: &str| ["--define".to_owned(), format!("{name} {value}")];
    let mut command = Command::new(rpmbuild);
    command.arg("-bb").args(["--target", target.architecture]).env("SOURCE_DATE_EPOCH", time);
    for (name, value) in [
        ("_topdir", &*top.to_string_lossy()),
        ("tree", &*tree.to_string_lossy()),
        ("version_of", version),
        ("_buildhost", "localhost"),
        ("use_source_date_epoch_as_buildtime", "1"),
        ("clamp_mtime_to_source_date_epoch", "1"),
        ("_binary_payload", "w9.gzdio"),
    ] {
        command.args(define(name, value));
    }
    read(command.arg(workspace::root().join("deploy/rpm/classifier.spec")))?;
    let name = format!("classifier-{version}-1.{}.rpm", target.architecture);
    let built = top.join("RPMS").join(target.architecture).join(&name);
    fs::copy(&built, output.join(&name)).with_context(|| format!("no package {}", built.display()))?;
    Ok(name)
}
