// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packages of any suite and architecture of Debian, through apt with lists of its own: nothing of this machine's
//! apt is changed.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    process::{find, read, run},
    workspace,
};

const MIRROR: &str = "http://deb.debian.org";

/// A suite for an architecture, as Debian names them.
#[derive(Clone, Copy)]
pub struct Suite {
    pub name: &'static str,
    pub architecture: &'static str,
}

impl Suite {
    /// Downloads the package lists.
    pub fn update(&self) -> Result<()> {
        ensure!(find("apt-get").is_some(), "packages of {} need apt-get: use Debian or Ubuntu", self.name);
        let lists = workspace::tools().join("apt").join(format!("{}-{}", self.name, self.architecture));
        for folder in ["lists/partial", "cache/archives/partial"] {
            let folder = lists.join(folder);
            fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        // No package counts as installed, so that a download includes all dependencies.
        let archive = if self.name.ends_with("-security") { "debian-security" } else { "debian" };
        let sources = format!("deb {MIRROR}/{archive} {} main\n", self.name);
        for (file, content) in [("sources.list", &*sources), ("status", "")] {
            let file = lists.join(file);
            fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
        }
        run(self.apt("apt-get").args(["update", "-qq"]))
    }

    /// Lists the packages whose names begin with `prefix`.
    pub fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let names = read(self.apt("apt-cache").args(["pkgnames", prefix]))?;
        Ok(names.lines().map(Into::into).collect())
    }

    /// Downloads packages, and unpacks them into a folder.
    pub fn unpack(&self, packages: &[impl AsRef<str>], folder: &Path) -> Result<()> {
        self.fetch("download", packages, folder, |command, archives| {
            command.current_dir(archives);
        })
    }

    /// Downloads packages with all that they depend on, and unpacks them into a folder.
    pub fn unpack_all(&self, packages: &[impl AsRef<str>], folder: &Path) -> Result<()> {
        self.fetch("install", packages, folder, |command, archives| {
            command.args(["--download-only", "-y", "--no-install-recommends"]);
            command.arg("-o").arg(format!("Dir::Cache::archives={}", archives.display()));
        })
    }

    fn fetch(
        &self,
        verb: &str,
        packages: &[impl AsRef<str>],
        folder: &Path,
        place: impl Fn(&mut Command, &Path),
    ) -> Result<()> {
        // A folder that exists is complete: an interrupted run leaves only the other one behind.
        let mut part = folder.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let archives = part.join("archives");
        fs::create_dir_all(archives.join("partial"))
            .with_context(|| format!("cannot make {}", archives.display()))?;
        println!("packages: unpacking packages of {} into {}", self.name, folder.display());
        let mut command = self.apt("apt-get");
        command.arg(verb).arg("-qq");
        place(&mut command, &archives);
        read(command.args(packages.iter().map(AsRef::as_ref)))?;
        let listed = fs::read_dir(&archives);
        for entry in listed.with_context(|| format!("cannot read {}", archives.display()))? {
            let archive = entry?.path();
            if archive.extension().is_some_and(|extension| extension == "deb") {
                run(Command::new("dpkg").arg("-x").arg(&archive).arg(part))?;
            }
        }
        fs::remove_dir_all(&archives).with_context(|| format!("cannot remove {}", archives.display()))?;
        fs::rename(part, folder).with_context(|| format!("cannot make {}", folder.display()))
    }

    fn apt(&self, program: &str) -> Command {
        let lists = workspace::tools().join("apt").join(format!("{}-{}", self.name, self.architecture));
        let mut command = Command::new(program);
        let paths = [
            ("Dir::Etc::sourcelist", lists.join("sources.list")),
            ("Dir::Etc::sourceparts", "/dev/null".into()),
            ("Dir::State", lists.clone()),
            ("Dir::State::lists", lists.join("lists")),
            ("Dir::State::status", lists.join("status")),
            ("Dir::Cache", lists.join("cache")),
        ];
        for (key, path) in paths {
            command.arg("-o").arg(format!("{key}={}", path.display()));
        }
        for setting in ["APT::Architecture", "APT::Architectures::"] {
            command.arg("-o").arg(format!("{setting}={}", self.architecture));
        }
        // The folders are this user's.
        command.args(["-o", "APT::Sandbox::User=root"]);
        command
    }
}
