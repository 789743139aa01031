// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A tar archive whose bytes depend on nothing but its files.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};

use super::Files;
use crate::process::run;

/// Writes the files below one folder into `NAME.tar.gz`, and returns the name of the archive.
pub fn write(output: &Path, name: &str, files: &Files, time: &str) -> Result<String> {
    let folder = output.join(name);
    for (path, content) in files {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
        let mode = if path == Path::new("classifier") { 0o755 } else { 0o644 };
        fs::set_permissions(&file, Permissions::from_mode(mode))?;
    }
    let file = output.join(format!("{name}.tar"));
    tar(output, Path::new(name), &file, time)?;
    // Without the name and the time of the tar file.
    run(Command::new("gzip").args(["--no-name", "--best", "--force"]).arg(&file))?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    Ok(format!("{name}.tar.gz"))
}

/// Packs a folder into a tar file. Owners, times and the order of the files are always the same.
pub fn tar(parent: &Path, folder: &Path, file: &Path, time: &str) -> Result<()> {
    let mut pack = Command::new("tar");
    pack.args(["--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"]);
    pack.args(["--mode=u+rwX,go+rX,go-w", &format!("--mtime=@{time}")]);
    run(pack.arg("-C").arg(parent).arg("-cf").arg(file).arg(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_are_the_same_archive_at_any_time_and_place() {
        let folder = std::env::temp_dir().join(format!("classifier-archive-{}", std::process::id()));
        let files =
            Files::from([("classifier".into(), b"binary".to_vec()), ("man/a.1".into(), b"page".to_vec())]);
        let archives = ["one", "two"].map(|place| {
            let place = folder.join(place);
            fs::create_dir_all(&place).unwrap();
            let name = write(&place, "classifier-1", &files, "1700000000").unwrap();
            fs::read(place.join(name)).unwrap()
        });
        fs::remove_dir_all(&folder).unwrap();
        assert!(!archives[0].is_empty() && archives[0] == archives[1]);
    }
}
