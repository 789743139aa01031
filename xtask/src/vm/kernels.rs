//! Kernels of Debian's cloud images: small, with a virtual machine's drivers built in.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::modules::{Module, Modules};
use crate::{packages, process::read, workspace};

/// Kernel lines: the oldest supported, which lacks TCX, and Debian's first with TCX.
pub const LINES: [&str; 2] = ["6.1", "6.12"];

const FLAVOUR: &str = "-cloud-amd64";

/// An unpacked kernel.
pub struct Kernel {
    pub release: String,
    folder: PathBuf,
}

impl Kernel {
    /// Returns the path of the bootable image.
    pub fn image(&self) -> PathBuf {
        self.folder.join("boot").join(format!("vmlinuz-{}", self.release))
    }

    /// Returns the modules that the tests need, in load order.
    pub fn modules(&self) -> Result<Vec<Module>> {
        Modules::below(&self.folder.join("lib/modules").join(&self.release))?.needed()
    }
}

/// Finds the newest package of a line: an unpacked one, else the newest in the package lists.
pub fn find(line: &str) -> Result<String> {
    let unpacked = fs::read_dir(home())
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let unpacked: Vec<_> = unpacked.collect();
    if let Some(package) = newest(line, unpacked.iter().map(String::as_str)) {
        return Ok(package);
    }
    let prefix = prefix(line);
    let known = read(Command::new("apt-cache").args(["pkgnames", &prefix])).unwrap_or_default();
    newest(line, known.lines())
        .with_context(|| format!("no package {prefix}*{FLAVOUR} in the package lists (`apt-get update`)"))
}

/// Downloads and unpacks the newest kernel of a line if none is unpacked.
pub fn provide(line: &str) -> Result<Kernel> {
    let package = find(line)?;
    let folder = home().join(&package);
    if !folder.join("boot").is_dir() {
        packages::unpack(&package, &folder)?;
    }
    let release = package.trim_start_matches("linux-image-").to_owned();
    Ok(Kernel { release, folder })
}

fn home() -> PathBuf {
    workspace::tools().join("kernels")
}

fn prefix(line: &str) -> String {
    format!("linux-image-{line}.")
}

fn newest<'a>(line: &str, packages: impl Iterator<Item = &'a str>) -> Option<String> {
    let prefix = prefix(line);
    let numbers = |name: &str| -> Vec<u32> {
        name.split(|character: char| !character.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect()
    };
    let fitting = packages.filter(|name| name.starts_with(&prefix) && name.ends_with(FLAVOUR));
    fitting.max_by_key(|name| numbers(name)).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::newest;

    #[test]
    fn the_newest_is_found_by_number() {
        let known = "linux-image-6.1.0-9-cloud-amd64 linux-image-6.1.0-56-cloud-amd64 linux-image-6.1.0-57-amd64
            linux-image-6.1.0-60-cloud-amd64-dbg linux-image-6.12.9+deb12-cloud-amd64 linux-image-6.12-cloud-amd64";
        let newest = |line| newest(line, known.split_whitespace());
        assert_eq!(newest("6.1").as_deref(), Some("linux-image-6.1.0-56-cloud-amd64"));
        assert_eq!(newest("6.12").as_deref(), Some("linux-image-6.12.9+deb12-cloud-amd64"));
        assert_eq!(newest("6.6"), None);
    }
}
