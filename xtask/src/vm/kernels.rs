//! Kernels of Debian's cloud images: small, with everything that a virtual machine needs built in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{packages, process::read, workspace};

/// The oldest that is supported, which has no TCX, and the first of Debian's with it.
pub const LINES: [&str; 2] = ["6.1", "6.12"];

const FLAVOUR: &str = "-cloud-amd64";

/// What the tests need and these kernels do not have built in. None of them needs another.
const MODULES: [&str; 4] =
    ["net/sched/sch_ingress", "net/sched/cls_bpf", "drivers/net/veth", "drivers/net/tun"];

/// An unpacked kernel.
pub struct Kernel {
    pub release: String,
    folder: PathBuf,
}

impl Kernel {
    /// The file to boot.
    pub fn image(&self) -> PathBuf {
        self.folder.join("boot").join(format!("vmlinuz-{}", self.release))
    }

    /// The modules in their order, by name.
    pub fn modules(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let root = self.folder.join("lib/modules").join(&self.release).join("kernel");
        let module = |(number, path): (usize, &str)| {
            let plain = root.join(format!("{path}.ko"));
            let content = fs::read(&plain).or_else(|_| unpacked(&root.join(format!("{path}.ko.xz"))));
            let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
            Ok((format!("{number}-{name}"), content.with_context(|| format!("no module {path}"))?))
        };
        MODULES.into_iter().enumerate().map(module).collect()
    }
}

fn unpacked(file: &Path) -> std::io::Result<Vec<u8>> {
    let output = Command::new("xz").args(["--decompress", "--stdout"]).arg(file).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(output.stdout) } else { Err(std::io::Error::other(complaint.trim())) }
}

/// The newest package of a line: one that is unpacked, else one that the package lists have.
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

/// Downloads and unpacks the newest kernel of a line, unless one is there.
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
