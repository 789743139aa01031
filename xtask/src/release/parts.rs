// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Files of an archive beside the binary: man pages, completions, units, documents, licences and the SBOM.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{Files, Target, notices};
use crate::{
    disk::{content, entries},
    process::{read, run},
    workspace,
};

/// Documents and units, by their path in the workspace and in the archive.
const COPIED: [(&str, &str); 7] = [
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-GPL-2.0", "LICENSE-GPL-2.0"),
    ("README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("deploy/systemd/classifier.service", "systemd/classifier.service"),
    ("deploy/systemd/classifier-folder.service", "systemd/classifier-folder.service"),
    ("deploy/debian/classifier.toml", "classifier.toml"),
];

/// Licences of the parts of the binary.
pub const NOTICES: &str = "THIRD-PARTY-LICENCES.txt";

/// `cargo-cyclonedx` writes an SBOM without random numbers since 0.5.
const CYCLONEDX: &str = "0.5.9";

/// Returns the files that do not depend on the target. `binary` runs on this machine.
pub fn common(binary: &Path) -> Result<Files> {
    let root = workspace::root();
    let mut files = Files::new();
    for (from, to) in COPIED {
        files.insert(to.into(), content(&root.join(from))?);
    }
    let pages = binary.with_file_name("man");
    fs::create_dir_all(&pages).with_context(|| format!("cannot make {}", pages.display()))?;
    run(Command::new(binary).arg("man").arg(&pages))?;
    for page in entries(&pages)? {
        let name = page.file_name().context("a page has a name")?;
        files.insert(Path::new("man").join(name), content(&page)?);
    }
    for preset in entries(&root.join("deploy/presets"))? {
        let name = preset.file_name().context("a preset has a name")?;
        files.insert(Path::new("presets").join(name), content(&preset)?);
    }
    for shell in ["bash", "fish", "zsh"] {
        let script = read(Command::new(binary).args(["completions", shell]))?;
        files.insert(format!("completions/classifier.{shell}").into(), script.into_bytes());
    }
    files.insert(NOTICES.into(), notices::text()?.into_bytes());
    Ok(files)
}

/// Writes the SBOM of the binary for a target, in the format `CycloneDX`.
pub fn sbom(target: &Target, time: &str) -> Result<Vec<u8>> {
    const NAME: &str = "release-sbom";
    let mut command = Command::new(provide()?);
    command.current_dir(workspace::root()).env("SOURCE_DATE_EPOCH", time);
    command.args([
        "cyclonedx",
        "--quiet",
        "--manifest-path",
        "classifier/Cargo.toml",
        "--target",
        target.triple,
    ]);
    command.args([
        "--format",
        "json",
        "--spec-version",
        "1.5",
        "--no-build-deps",
        "--override-filename",
        NAME,
    ]);
    read(&mut command)?;
    let mut of_agent = Err(anyhow::anyhow!("cargo-cyclonedx has written no SBOM of the agent"));
    // It writes one beside the manifest of each member of the workspace.
    for member in workspace::metadata()?.workspace_packages() {
        let file = member.manifest_path.with_file_name(format!("{NAME}.json"));
        if file.is_file() {
            if member.name == notices::LINKED[0] {
                of_agent = content(file.as_std_path());
            }
            fs::remove_file(&file).with_context(|| format!("cannot remove {file}"))?;
        }
    }
    let text = String::from_utf8(of_agent?).context("an SBOM is text")?;
    Ok(text.replace(&*workspace::root().to_string_lossy(), "/classifier").into_bytes())
}

/// Installs `cargo-cyclonedx` if it is missing.
fn provide() -> Result<PathBuf> {
    let program = workspace::tools().join("bin/cargo-cyclonedx");
    let version = read(Command::new(&program).args(["cyclonedx", "--version"]));
    if !version.is_ok_and(|version| version.trim().ends_with(CYCLONEDX)) {
        println!("installing cargo-cyclonedx {CYCLONEDX} into .tools (some minutes)");
        let mut cargo = workspace::cargo();
        cargo.args(["install", "cargo-cyclonedx", "--version", CYCLONEDX, "--locked", "--quiet", "--force"]);
        run(cargo.args(["--debug", "--root"]).arg(workspace::tools()))?;
    }
    Ok(program)
}
