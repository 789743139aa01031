//! Contents of a virtual machine: tests, agent, modules, and the libraries that they need.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{archive::Archive, guest, kernels::Kernel};
use crate::{
    cargo_test::{self, Program},
    packages,
    process::{read, run},
    workspace,
};

/// Programs that the tests run.
const TOOLS: [&str; 4] = ["ip", "ping", "tcpdump", "wg"];

/// A program built by cargo, and its path in the machine.
pub struct Built {
    path: PathBuf,
    place: PathBuf,
}

/// Builds the tests, and selects the named targets and the agent.
pub fn build(targets: &[&str]) -> Result<Vec<Built>> {
    let is_taken = |program: &Program| {
        program.package == "classifier" && (!program.is_test || targets.contains(&program.name.as_str()))
    };
    // The tests find the agent by cargo's path at build time.
    let placed = |Program { name, path, is_test, .. }| {
        let place = if is_test { guest::place(&name).into() } else { path.clone() };
        Built { path, place }
    };
    Ok(cargo_test::build()?.into_iter().filter(is_taken).map(placed).collect())
}

/// Builds the root file system of a machine.
pub fn gather(kernel: &Kernel, built: &[Built]) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for folder in guest::FOLDERS {
        archive.folder(Path::new(folder));
    }
    for (number, (name, module)) in kernel.modules()?.into_iter().enumerate() {
        archive.file(&Path::new(guest::MODULES).join(format!("{number:03}-{name}")), &module);
    }
    // tcpdump looks up the user `root` by name.
    archive.file(Path::new("/etc/passwd"), b"root::0:0::/:\n");
    for tool in TOOLS {
        let from =
            packages::program(tool).with_context(|| format!("no {tool}: run `cargo xtask test` once"))?;
        program(&mut archive, &Path::new(guest::TOOLS).join(tool), &from)?;
    }
    let this = env::current_exe().context("cannot find the path of this program")?;
    program(&mut archive, Path::new(guest::INIT), &this)?;
    built.iter().try_for_each(|one| program(&mut archive, &one.place, &one.path))?;
    Ok(archive.finish())
}

/// Adds a program and its libraries.
fn program(archive: &mut Archive, to: &Path, from: &Path) -> Result<()> {
    let stripped = workspace::tools().join("kernels").join("stripped");
    run(Command::new("strip").arg("--strip-debug").arg("-o").arg(&stripped).arg(from))?;
    archive.file(to, &content(&stripped)?);
    fs::remove_file(&stripped).with_context(|| format!("cannot remove {}", stripped.display()))?;
    let libraries = read(Command::new("ldd").arg(from))?;
    for library in libraries.split_whitespace().filter(|word| word.starts_with('/')) {
        archive.file(Path::new(library), &content(Path::new(library))?);
    }
    Ok(())
}

fn content(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
