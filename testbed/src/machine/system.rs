// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Files of a fresh Debian.

use std::{
    collections::BTreeMap,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    run,
    servers::{Folder, tools},
};

/// Folders in which a running system changes files by itself.
const RESTLESS: [&str; 9] = ["dev", "mnt", "proc", "root", "run", "sys", "tmp", "var/cache", "var/log"];

/// Root folder of a machine, removed with this guard.
pub struct System(Folder);

impl System {
    /// Unpacks the system that `cargo xtask test` has made with debootstrap.
    #[must_use]
    pub fn fresh() -> Self {
        let archive = tools().join("debian.tar");
        assert!(archive.is_file(), "no {}: run `cargo xtask test` once", archive.display());
        let folder = Folder::new("debian");
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--numeric-owner", "--preserve-permissions", "--file"]).arg(archive);
        run(tar.arg("--directory").arg(folder.path()));
        Self(folder)
    }

    /// Returns the root folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Copies a file to the machine's `/root`, and returns its path there.
    #[must_use]
    pub fn take(&self, file: &Path) -> String {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        std::fs::copy(file, self.path().join("root").join(name)).expect("a copy");
        format!("/root/{name}")
    }

    /// Lists the files, except those that a running system changes by itself. Each path has its kind,
    /// permissions and owner, and a regular file also its size.
    #[must_use]
    pub fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry")) {
                let path = entry.path();
                let name = path.strip_prefix(self.path()).expect("below the root").to_owned();
                if RESTLESS.iter().any(|restless| name == Path::new(restless)) {
                    continue;
                }
                let about = entry.metadata().expect("a file");
                let size = if about.is_file() { about.len() } else { 0 };
                let about_it = format!("{:o} {}:{} {size}", about.mode(), about.uid(), about.gid());
                files.insert(name, about_it);
                if about.is_dir() {
                    folders.push(path);
                }
            }
        }
        files
    }
}
