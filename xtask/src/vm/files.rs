// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Contents of a virtual machine: tests, agent, modules, and the libraries that they need.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{architecture::Architecture, archive::Archive, guest, kernels::Kernel};
use crate::{
    cargo_test::{self, Program},
    disk::content,
    packages,
    process::{read, run},
    release::Target,
    suite::Suite,
    workspace,
};

/// Programs that the tests run.
const TOOLS: [&str; 10] = ["ethtool", "id", "ip", "kill", "mount", "ping", "sh", "tcpdump", "unshare", "wg"];

/// A real FTP server, and its package.
const SERVER: (&str, &str) = ("vsftpd", "usr/sbin/vsftpd");

/// Packages of these programs, for a machine of another architecture, and its suite.
const PACKAGES: [&str; 11] = [
    "coreutils",
    "dash",
    "ethtool",
    "iproute2",
    "iputils-ping",
    "mount",
    "procps",
    "tcpdump",
    "util-linux",
    "wireguard-tools",
    SERVER.0,
];
const SUITE: &str = "bookworm";

/// Programs of a machine: the first process, tests and agent built by cargo, and tools.
pub struct Programs {
    /// Path on this machine, and in the virtual one.
    placed: Vec<(PathBuf, PathBuf)>,
    strip: &'static str,
    /// Root of a Debian of the other architecture. `None`: this machine's.
    root: Option<PathBuf>,
}

/// Builds the named test targets and the agent, and finds the tools.
pub fn build(targets: &[&str], architecture: &Architecture) -> Result<Programs> {
    let target = architecture.target()?;
    let root = target.map(|_| provide_root(architecture)).transpose()?;
    let (init, built) = match target {
        Some(target) => (build_init(target)?, cargo_test::build_for(target, targets)?),
        None => (env::current_exe().context("cannot find the path of this program")?, cargo_test::build()?),
    };
    let mut placed = vec![(init, guest::INIT.into())];
    for Program { package, name, path, is_test, .. } in built {
        if package == "classifier" && (!is_test || targets.contains(&name.as_str())) {
            // The tests find the agent by cargo's path at build time.
            let place = if is_test { guest::place(&name).into() } else { path.clone() };
            placed.push((path, place));
        }
    }
    for tool in TOOLS {
        let from = root.as_deref().map_or_else(|| packages::program(tool), |root| program_in(root, tool));
        let from = from.with_context(|| format!("no {tool}: run `cargo xtask test` once"))?;
        placed.push((from, Path::new(guest::TOOLS).join(tool)));
    }
    let (package, server) = SERVER;
    let folder = root.clone().unwrap_or_else(|| packages::folder(package));
    placed.push((folder.join(server), Path::new("/").join(server)));
    Ok(Programs { placed, strip: architecture.strip, root })
}

/// Downloads the tools of another architecture and their libraries.
fn provide_root(architecture: &Architecture) -> Result<PathBuf> {
    let folder = workspace::tools().join("kernels").join(format!("tools-{}", architecture.debian));
    if !TOOLS.iter().all(|tool| program_in(&folder, tool).is_some()) {
        if folder.is_dir() {
            // It is of a list with fewer packages.
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let suite = Suite { name: SUITE, architecture: architecture.debian };
        suite.update()?;
        suite.unpack_all(&PACKAGES, &folder)?;
    }
    Ok(folder)
}

fn program_in(root: &Path, name: &str) -> Option<PathBuf> {
    let folders = ["usr/bin", "usr/sbin", "bin", "sbin"];
    folders.iter().map(|folder| root.join(folder).join(name)).find(|program| program.is_file())
}

/// Builds this tool for another architecture. `cargo test` builds it as a test alone.
fn build_init(target: &Target) -> Result<PathBuf> {
    run(target.choose(workspace::cargo().args(["build", "--package", "xtask"])))?;
    let folder = workspace::metadata()?.target_directory.join(target.triple).join("debug/xtask");
    Ok(folder.into())
}

/// Builds the root file system of a machine.
pub fn gather(kernel: &Kernel, programs: &Programs) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for folder in guest::FOLDERS {
        archive.folder(Path::new(folder));
    }
    for (place, module) in guest::numbered(kernel.modules()?) {
        archive.file(&place, &module);
    }
    // tcpdump and the FTP server look up users by name.
    archive.file(Path::new("/etc/passwd"), b"root::0:0::/:\ndaemon::1:1::/:\nnobody::65534:65534::/:\n");
    archive.file(Path::new("/etc/group"), b"root::0:\ndaemon::1:\nnogroup::65534:\n");
    for (from, to) in &programs.placed {
        programs.add(&mut archive, to, from)?;
    }
    Ok(archive.finish())
}

impl Programs {
    /// Adds a program and its libraries.
    fn add(&self, archive: &mut Archive, to: &Path, from: &Path) -> Result<()> {
        let stripped = workspace::tools().join("kernels").join("stripped");
        run(Command::new(self.strip).arg("--strip-debug").arg("-o").arg(&stripped).arg(from))?;
        archive.file(to, &content(&stripped)?);
        fs::remove_file(&stripped).with_context(|| format!("cannot remove {}", stripped.display()))?;
        if let Some(root) = &self.root {
            return add_libraries(archive, root, from);
        }
        let libraries = read(Command::new("ldd").arg(from))?;
        for library in libraries.split_whitespace().filter(|word| word.starts_with('/')) {
            archive.file(Path::new(library), &content(Path::new(library))?);
        }
        Ok(())
    }
}

/// Adds the libraries of a program of another architecture, their libraries, and the loader. `ldd` would run it.
fn add_libraries(archive: &mut Archive, root: &Path, program: &Path) -> Result<()> {
    let headers =
        read(Command::new("readelf").args(["--wide", "--dynamic", "--program-headers"]).arg(program))?;
    let quoted = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    for line in headers.lines() {
        let (place, from) = if line.contains("(NEEDED)") {
            let name = quoted(line).with_context(|| format!("readelf: {line}"))?;
            let folders = ["lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu"];
            let found = folders.iter().map(|folder| Path::new(folder).join(&name));
            let place = found.into_iter().find(|place| root.join(place).is_file());
            let place = place.with_context(|| format!("no library {name} for {}", program.display()))?;
            (place.clone(), root.join(place))
        } else if let Some((_, loader)) = line.split_once("interpreter: /") {
            let loader = loader.trim_end_matches(']');
            (loader.into(), root.join(loader))
        } else {
            continue;
        };
        if archive.file(&place, &content(&from)?) {
            add_libraries(archive, root, &from)?;
        }
    }
    Ok(())
}
