//! Files of an archive beside the binary: man pages, completions, units, documents, licences and the SBOM.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};

use super::{Files, Target};
use crate::{
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

/// Licences of the crates in the binary.
pub const NOTICES: &str = "THIRD-PARTY-LICENCES.txt";

/// Crates whose dependencies are in the binary: the agent, and the kernel programs that it embeds.
const LINKED: [&str; 2] = ["classifier", "classifier-ebpf"];

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
    files.insert(NOTICES.into(), licences(&workspace::metadata()?)?.into_bytes());
    Ok(files)
}

/// Lists the paths in a folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn content(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Lists the crates that are linked, each with its licence, and the texts that its authors ship with it. A text that
/// several crates ship is printed once.
pub fn licences(metadata: &Metadata) -> Result<String> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut list = String::from("This program contains the following crates.\n\n");
    for package in linked(metadata)? {
        let name = format!("{} {}", package.name, package.version);
        writeln!(list, "{name}: {}", package.license.as_deref().unwrap_or("see its text"))?;
        let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
        for file in texts_in(folder.as_std_path())? {
            let text = String::from_utf8_lossy(&content(&file)?).trim().replace("\r\n", "\n");
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    for (text, names) in texts {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        write!(list, "\n{}\n\n{names}\n\n{text}\n", "=".repeat(80))?;
    }
    Ok(list)
}

/// Returns the licences and notices in a folder of a crate.
fn texts_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut texts = entries(folder)?;
    texts.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        path.is_file()
            && ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"].iter().any(|is| name.starts_with(is))
    });
    texts.sort();
    Ok(texts)
}

/// Finds the crates of registries that are linked, by name and version. Tests and build scripts are not linked.
fn linked(metadata: &Metadata) -> Result<Vec<&Package>> {
    let resolve = metadata.resolve.as_ref().context("cargo resolves the dependencies")?;
    let of: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let roots = metadata.packages.iter().filter(|package| LINKED.contains(&package.name.as_str()));
    let mut open: Vec<&PackageId> = roots.map(|package| &package.id).collect();
    let mut found: BTreeSet<&PackageId> = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let dependencies = of.get(id).into_iter().flat_map(|node| &node.deps);
            let linked = dependencies
                .filter(|one| one.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
            open.extend(linked.map(|one| &one.pkg));
        }
    }
    let is_linked = |package: &&Package| package.source.is_some() && found.contains(&package.id);
    let mut packages: Vec<_> = metadata.packages.iter().filter(is_linked).collect();
    packages.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    Ok(packages)
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
            if member.name == LINKED[0] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_linked_crate_is_listed_with_its_text() {
        let metadata = workspace::metadata().unwrap();
        let packages = linked(&metadata).unwrap();
        let names: BTreeSet<_> = packages.iter().map(|package| package.name.as_str()).collect();
        // Dependencies of the agent, of the kernel programs, and of tests.
        assert!(
            names.contains("ring") && names.contains("aya-ebpf") && !names.contains("rcgen"),
            "{names:?}"
        );
        let text = licences(&metadata).unwrap();
        for package in &packages {
            assert!(text.contains(&format!("\n{} {}: ", package.name, package.version)), "{}", package.name);
        }
        assert!(text.contains("Permission is hereby granted") && text.contains("Apache License"));
    }
}
