// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The files of a release on fresh Debians without a compiler: installed, upgraded and removed under Debian's own kernel
//! and systemd, in virtual machines.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};

use super::{
    architecture::{Architecture, find_architecture},
    archive::Archive,
    guest,
    kernels::{Kernel, find_line},
    machine::{self, Boot},
};
use crate::{debian_root, disk::content};

/// Debian's suites, each with the line of its kernel.
const SUITES: [(&str, &str); 2] = [("bookworm", "6.1"), ("trixie", "6.12")];

/// Place of the release in a machine.
const RELEASE: &str = "/release";
/// The script that systemd runs in a machine, and its place.
const TRIAL: (&str, &str) = ("/installation.sh", include_str!("installation.sh"));
/// The first process: loads the modules, which the initramfs of a Debian would load, and becomes systemd. That needs a
/// root that it can change: units with mount namespaces do not work in an initramfs.
const BEGIN: &str = "#!/bin/sh
mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do insmod \"$module\"; done
rm -r /init /modules
mount -t tmpfs -o mode=755 root /mnt
for path in /*; do
    case $path in /dev | /mnt | /proc | /sys) mkdir /mnt$path ;; *) cp -a $path /mnt/ ;; esac
done
exec switch_root /mnt /sbin/init
";

#[derive(clap::Args)]
pub struct Options {
    /// Only this suite of Debian: bookworm or trixie; repeatable
    #[arg(long = "suite", value_name = "SUITE")]
    suites: Vec<String>,
    /// Only this architecture: amd64 or arm64; repeatable
    #[arg(long = "arch", value_name = "ARCH")]
    architectures: Vec<String>,
    /// Folder of the files of the release
    #[arg(long, default_value = "dist/release")]
    release: PathBuf,
}

/// Runs each chosen suite on each chosen architecture.
pub fn run(options: &Options) -> Result<()> {
    let architectures = if options.architectures.is_empty() {
        vec!["amd64".to_owned(), "arm64".to_owned()]
    } else {
        options.architectures.clone()
    };
    let is_chosen = |suite: &str| options.suites.is_empty() || options.suites.iter().any(|one| one == suite);
    let suites: Vec<_> = SUITES.into_iter().filter(|(suite, _)| is_chosen(suite)).collect();
    ensure!(!suites.is_empty(), "no such suite: known are bookworm and trixie");
    for name in &architectures {
        let architecture = find_architecture(name)?;
        architecture.provide()?;
        for (suite, line) in &suites {
            let began = Instant::now();
            install(options, suite, line, architecture)?;
            println!(
                "{suite}, {}: installed, upgraded, removed in {:.0?}",
                architecture.debian,
                began.elapsed()
            );
        }
    }
    Ok(())
}

fn install(options: &Options, suite: &str, line: &str, architecture: &Architecture) -> Result<()> {
    let kernel = find_line(line)?.provide(architecture)?;
    let root = debian_root::provide_archive(suite, architecture.debian)?;
    let mut files = content(&root)?;
    files.extend(added(&kernel, &options.release, architecture)?);
    let (place, _) = TRIAL;
    // The script ends the machine, whether it fails or not.
    let ends = "systemd.run_success_action=poweroff systemd.run_failure_action=poweroff";
    let words = format!("quiet rdinit={} systemd.run={place} {ends}", guest::INIT);
    let count = machine::run(architecture, &Boot { kernel: &kernel, files: &files, memory: "2G", words })?;
    if !count.succeeded {
        bail!("{suite}, {}: the installation failed", architecture.debian);
    }
    Ok(())
}

/// Returns the files that are not of the Debian: the kernel unpacks one archive after the other.
fn added(kernel: &Kernel, release: &Path, architecture: &Architecture) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    archive.file(Path::new(guest::INIT), BEGIN.as_bytes());
    let (place, script) = TRIAL;
    archive.file(Path::new(place), script.as_bytes());
    for (name, module) in guest::numbered(kernel.modules()?) {
        archive.file(&name, &module);
    }
    let version = env!("CARGO_PKG_VERSION");
    for name in [
        format!("classifier_{version}-1_{}.deb", architecture.debian),
        format!("classifier-{version}-linux-{}.tar.gz", architecture.name),
    ] {
        let file = release.join(&name);
        let content = content(&file).context("run `cargo xtask release` first")?;
        archive.file(&Path::new(RELEASE).join(name), &content);
    }
    Ok(archive.finish())
}
