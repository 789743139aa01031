// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The Debian package of the agent. classifier/Cargo.toml lists the installed files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{commit_time, notices};
use crate::{
    dist,
    process::{read, run},
    workspace,
};

/// Release of `cargo-deb`, which also writes the maintainer scripts for the systemd unit.
const RELEASE: &str = "3.8.0";

#[derive(clap::Args)]
pub struct Options {
    /// Pack this binary instead of a release build, quickly rather than small
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Version of the package, instead of the crate's
    #[arg(long)]
    deb_version: Option<String>,
    /// Folder of the package file
    #[arg(long, default_value = "dist")]
    output: PathBuf,
}

pub fn make(options: &Options) -> Result<()> {
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => dist::build()?.binary,
    };
    let notices = notices::text()?;
    let time = commit_time()?;
    let deb =
        Deb { binary: &binary, writer: &binary, notices: notices.as_bytes(), target: None, time: &time };
    let mut command = deb.command()?;
    command.arg("--output").arg(std::path::absolute(&options.output)?);
    command.args(options.deb_version.iter().flat_map(|version| ["--deb-version", version]));
    command.args(options.binary.iter().map(|_| "--fast"));
    let package = read(&mut command)?;
    println!("{}", package.trim());
    println!("install it with: apt install {}", package.trim());
    Ok(())
}

/// Parts of a Debian package that are built or generated.
pub struct Deb<'a> {
    pub binary: &'a Path,
    /// A binary that runs on this machine, and writes the man pages.
    pub writer: &'a Path,
    /// Licences of the crates in the binary.
    pub notices: &'a [u8],
    /// Target of the binary. `None`: this machine.
    pub target: Option<&'a str>,
    /// Time of all files, in seconds since 1970.
    pub time: &'a str,
}

impl Deb<'_> {
    /// Writes the package.
    pub fn pack(&self, file: &Path) -> Result<()> {
        read(self.command()?.arg("--output").arg(file)).map(drop)
    }

    /// Stages the parts, and returns the command that packs them.
    fn command(&self) -> Result<Command> {
        self.stage()?;
        let mut command = Command::new(provide()?);
        command.current_dir(workspace::root()).env("SOURCE_DATE_EPOCH", self.time);
        // cargo-deb resolves a relative path from the package's folder, not from the workspace's.
        command.args(["--package", "classifier", "--no-build", "--no-strip"]);
        command.args(self.target.iter().flat_map(|target| ["--target", target]));
        Ok(command)
    }

    /// Copies the binary, its man pages and its completions to the paths that cargo-deb packs.
    fn stage(&self) -> Result<()> {
        let folder = workspace::root().join("dist/package");
        if folder.is_dir() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let pages = folder.join("man");
        fs::create_dir_all(&pages).with_context(|| format!("cannot make {}", pages.display()))?;
        let staged = folder.join("classifier");
        fs::copy(self.binary, &staged)
            .with_context(|| format!("cannot copy {} to {}", self.binary.display(), staged.display()))?;
        read(Command::new(self.writer).arg("man").arg(&pages))?;
        let write = |name: &str, content: &[u8]| {
            let file = folder.join(name);
            fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))
        };
        for shell in ["bash", "fish", "zsh"] {
            let script = read(Command::new(self.writer).args(["completions", shell]))?;
            write(&format!("classifier.{shell}"), script.as_bytes())?;
        }
        write("THIRD-PARTY-LICENCES.txt", self.notices)
    }
}

/// Installs `cargo-deb` if it is missing.
pub fn provide() -> Result<PathBuf> {
    let packer = workspace::tools().join("bin/cargo-deb");
    let version = read(Command::new(&packer).arg("--version"));
    if !version.is_ok_and(|version| version.trim().ends_with(RELEASE)) {
        println!("installing cargo-deb {RELEASE} into .tools (some minutes)");
        let mut cargo = workspace::cargo();
        cargo.args([
            "install",
            "cargo-deb",
            "--version",
            RELEASE,
            "--locked",
            "--quiet",
            "--force",
            // A debug build takes half the time. Packing speed comes from libraries in C.
            "--debug",
            "--root",
        ]);
        run(cargo.arg(workspace::tools()))?;
    }
    Ok(packer)
}
