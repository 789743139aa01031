//! What is in a machine: tests, agent, modules, and the libraries that they need.

use std::{
    env, fs,
    io::Cursor,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use super::{archive::Archive, guest, kernels::Kernel};
use crate::{
    process::{line, read, run},
    workspace,
};

/// What cargo has built, and where the machine has it.
pub struct Built {
    path: PathBuf,
    place: PathBuf,
}

/// Builds test targets of the agent, and the agent with them.
pub fn build(targets: &[&str]) -> Result<Vec<Built>> {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--no-run", "--package", "classifier", "--message-format=json-render-diagnostics"]);
    cargo.args(targets.iter().flat_map(|target| ["--test", target]));
    let output = cargo.output().with_context(|| format!("cannot start {}", line(&cargo)))?;
    if !output.status.success() {
        bail!("{}: {}\n{}", line(&cargo), output.status, String::from_utf8_lossy(&output.stderr));
    }
    let mut built = Vec::new();
    for message in Message::parse_stream(Cursor::new(output.stdout)) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo says what it built")?
            && let Some(path) = artifact.executable.map(PathBuf::from)
        {
            // The tests know the agent by the place where cargo puts it.
            let test = artifact.target.is_test().then(|| guest::place(&artifact.target.name).into());
            built.push(Built { place: test.unwrap_or_else(|| path.clone()), path });
        }
    }
    Ok(built)
}

/// The first file system of a machine.
pub fn gather(kernel: &Kernel, built: &[Built]) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for folder in guest::FOLDERS {
        archive.folder(Path::new(folder));
    }
    for (name, module) in kernel.modules()? {
        archive.file(&Path::new(guest::MODULES).join(name), &module);
    }
    let this = env::current_exe().context("where this program is")?;
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
