// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Kernels of Debian: of its cloud images, which are small and have a virtual machine's drivers built in, and a
//! program that is a kernel (User-Mode Linux).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{
    architecture::Architecture,
    modules::{Module, Modules, NEEDED},
};
use crate::{suite::Suite, workspace};

/// A line of kernels: its name, the beginning of its releases, and the suite that has them.
pub struct Line {
    pub name: &'static str,
    prefix: &'static str,
    suite: &'static str,
    /// `true` if the agent must refuse the kernel.
    pub is_refused: bool,
}

/// Line of the newest release.
const NEWEST: &str = "newest";
/// Line of the kernel that is a program. Debian builds it without BTF, and it has no JIT.
const USER_MODE: &str = "user-mode";
/// Package of that kernel, and the modules that the test needs: others are missing.
const PROGRAM: &str = "user-mode-linux";
const LINKS: [&str; 2] = ["ipv6", "veth"];

/// Lines of kernels: the last one without a needed feature, the oldest supported, which lacks TCX, Debian's first
/// with TCX, the newest, and one without types and JIT.
const LINES: [Line; 5] = [
    Line { name: "5.10", prefix: "5.10.", suite: "bullseye-security", is_refused: true },
    Line { name: "6.1", prefix: "6.1.", suite: "bookworm-security", is_refused: false },
    Line { name: "6.12", prefix: "6.12.", suite: "bookworm-security", is_refused: false },
    Line { name: NEWEST, prefix: "", suite: "trixie-backports", is_refused: false },
    Line { name: USER_MODE, prefix: "", suite: "bookworm", is_refused: true },
];

/// Finds a line by its name.
pub fn find_line(name: &str) -> Result<&'static Line> {
    let known = || LINES.each_ref().map(|line| line.name).join(", ");
    LINES
        .iter()
        .find(|line| line.name == name)
        .with_context(|| format!("no kernels {name}: known are {}", known()))
}

/// An unpacked kernel.
pub struct Kernel {
    pub release: String,
    folder: PathBuf,
}

impl Kernel {
    /// Returns the path of the bootable image.
    pub fn image(&self) -> PathBuf {
        let beside = self.folder.join("boot").join(format!("vmlinuz-{}", self.release));
        if beside.is_file() { beside } else { self.modules_folder().join("vmlinuz") }
    }

    /// Returns the kernel as a program of this machine. `None`: an image to boot.
    pub fn program(&self) -> Option<PathBuf> {
        let program = self.folder.join("usr/bin/linux.uml");
        program.is_file().then_some(program)
    }

    /// Returns the modules that the tests need, in load order.
    pub fn modules(&self) -> Result<Vec<Module>> {
        let needed = if self.program().is_some() { &LINKS[..] } else { &NEEDED };
        Modules::below(&self.modules_folder())?.needed(needed)
    }

    fn modules_folder(&self) -> PathBuf {
        let places = PLACES.map(|place| self.folder.join(place).join(&self.release));
        places.into_iter().find(|place| place.is_dir()).unwrap_or_default()
    }
}

/// Folders of modules: newer packages have them below `usr`.
const PLACES: [&str; 3] = ["usr/lib/modules", "lib/modules", "usr/lib/uml/modules"];

impl Line {
    /// Tells whether this is the line of the newest release.
    pub fn is_newest(&self) -> bool {
        self.name == NEWEST
    }

    /// Downloads and unpacks the newest kernel of the line if none is unpacked.
    pub fn provide(&self, architecture: &Architecture) -> Result<Kernel> {
        let folder =
            workspace::tools().join("kernels").join(format!("{}-{}", self.name, architecture.debian));
        if !folder.is_dir() {
            let suite = Suite { name: self.suite, architecture: architecture.debian };
            suite.update()?;
            if self.name == USER_MODE {
                ensure!(architecture.is_this_machine(), "no {PROGRAM} runs here for {}", architecture.debian);
                suite.unpack(&[PROGRAM], &folder)?;
                return Ok(Kernel { release: release_in(&folder)?, folder });
            }
            let suffix = format!("-cloud-{}", architecture.debian);
            let known = suite.names("linux-")?;
            let release = newest(self.prefix, &suffix, known.iter().map(String::as_str));
            let release = release.with_context(|| {
                format!("{} has no package linux-image-{}*{suffix}", self.suite, self.prefix)
            })?;
            suite.unpack(&packages(release, &known), &folder)?;
        }
        Ok(Kernel { release: release_in(&folder)?, folder })
    }
}

/// Returns the packages of a release: newer ones are split, and their image is empty.
fn packages(release: &str, known: &[String]) -> Vec<String> {
    let parts = ["linux-binary", "linux-modules", "linux-base"].map(|part| format!("{part}-{release}"));
    let parts: Vec<_> = parts.into_iter().filter(|part| known.contains(part)).collect();
    if parts.is_empty() { vec![format!("linux-image-{release}")] } else { parts }
}

/// Returns the release whose modules are in the folder of a kernel.
fn release_in(folder: &Path) -> Result<String> {
    let mut places = PLACES.iter().map(|place| folder.join(place));
    let place =
        places.find(|place| place.is_dir()).with_context(|| format!("no modules in {}", folder.display()))?;
    let mut entries = fs::read_dir(&place).with_context(|| format!("cannot read {}", place.display()))?;
    let entry = entries.next().with_context(|| format!("no release in {}", place.display()))??;
    Ok(entry.file_name().to_string_lossy().into_owned())
}

/// Finds the newest release of an image by number.
fn newest<'a>(prefix: &str, suffix: &str, packages: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let numbers = |name: &str| -> Vec<u32> {
        let numbers = name.split(|character: char| !character.is_ascii_digit());
        numbers.filter_map(|number| number.parse().ok()).collect()
    };
    let releases = packages.filter_map(|name| name.strip_prefix("linux-image-"));
    let fitting = releases.filter(|name| {
        // The names without a release are those of packages that depend on the newest image.
        name.starts_with(prefix) && name.ends_with(suffix) && numbers(name).len() > 3
    });
    fitting.max_by_key(|name| numbers(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str =
        "linux-image-6.1.0-9-cloud-amd64 linux-image-6.1.0-56-cloud-amd64 linux-image-cloud-amd64
        linux-image-6.1.0-57-amd64 linux-image-6.1.0-60-cloud-amd64-dbg linux-image-6.12.9+deb12-cloud-amd64
        linux-image-6.12-cloud-amd64 linux-image-6.12.10+deb12-cloud-amd64-unsigned";

    #[test]
    fn the_newest_is_found_by_number() {
        let newest = |prefix| newest(prefix, "-cloud-amd64", KNOWN.split_whitespace());
        assert_eq!(newest("6.1."), Some("6.1.0-56-cloud-amd64"));
        assert_eq!(newest("6.12."), Some("6.12.9+deb12-cloud-amd64"));
        assert_eq!(newest(""), Some("6.12.9+deb12-cloud-amd64"));
        assert_eq!(newest("6.6."), None);
    }

    #[test]
    fn a_split_package_is_unpacked_by_its_parts() {
        assert_eq!(packages("6.1.0-56-cloud-amd64", &[]), ["linux-image-6.1.0-56-cloud-amd64"]);
        let known = ["linux-image-7.3.4-cloud-arm64", "linux-binary-7.3.4-cloud-arm64"].map(String::from);
        assert_eq!(packages("7.3.4-cloud-arm64", &known), ["linux-binary-7.3.4-cloud-arm64"]);
    }
}
