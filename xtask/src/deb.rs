//! The Debian package of the agent. classifier/Cargo.toml lists the installed files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

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
    let packer = provide()?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => dist::build()?.binary,
    };
    stage(&binary)?;
    let mut command = Command::new(packer);
    command.current_dir(workspace::root()).args(["--package", "classifier", "--no-build", "--no-strip"]);
    // cargo-deb resolves a relative path from the package's folder, not from the workspace's.
    command.arg("--output").arg(std::path::absolute(&options.output)?);
    command.args(options.deb_version.iter().flat_map(|version| ["--deb-version", version]));
    command.args(options.binary.iter().map(|_| "--fast"));
    let package = read(&mut command)?;
    println!("{}", package.trim());
    println!("install it with: apt install {}", package.trim());
    Ok(())
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

/// Copies the binary, its man pages and its completions to the paths that cargo-deb packs.
fn stage(binary: &Path) -> Result<()> {
    let folder = workspace::root().join("dist/package");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let pages = folder.join("man");
    fs::create_dir_all(&pages).with_context(|| format!("cannot make {}", pages.display()))?;
    let staged = folder.join("classifier");
    fs::copy(binary, &staged)
        .with_context(|| format!("cannot copy {} to {}", binary.display(), staged.display()))?;
    read(Command::new(&staged).arg("man").arg(&pages))?;
    for shell in ["bash", "fish", "zsh"] {
        let script = read(Command::new(&staged).args(["completions", shell]))?;
        let file = folder.join(format!("classifier.{shell}"));
        fs::write(&file, script).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
