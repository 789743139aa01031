// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Words of the project: pages, alerts, rules and the dashboard without refused words and long sentences, rustdoc comments
//! that name their subject.
//!
//! Tests of the agent hold the text of the binary to the same rules.

mod markdown;
mod prose;
mod published;
mod rustdoc;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Pages beside those of `docs`.
const PAGES: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "RELEASING.md",
    "SECURITY.md",
];

/// Crates and fuzz targets with rustdoc comments.
const SOURCES: [&str; 7] =
    ["bench", "bench-ebpf", "classifier", "classifier-common", "classifier-ebpf", "testbed", "xtask"];

/// Refuses faults in every text.
pub fn check() -> Result<()> {
    let root = workspace::root();
    let mut faults = Vec::new();
    for page in pages(&root)? {
        add(&mut faults, &root, &page, &markdown::blocks(&read(&page)?));
    }
    for rules in ["alerts.yml", "rules.yml"] {
        let path = root.join("deploy/prometheus").join(rules);
        add(&mut faults, &root, &path, &published::rules(&read(&path)?)?);
    }
    for dashboard in files(&root.join("deploy/grafana"), "json")? {
        add(&mut faults, &root, &dashboard, &published::dashboard(&read(&dashboard)?)?);
    }
    for path in
        SOURCES.iter().map(|package| sources(&root.join(package))).collect::<Result<Vec<_>>>()?.concat()
    {
        let found = rustdoc::faults(&read(&path)?).with_context(|| path.display().to_string())?;
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("{}: begins with a pronoun: {fault}", relative(&root, &path))),
        );
    }
    if !faults.is_empty() {
        bail!("{} texts to rewrite:\n{}", faults.len(), faults.join("\n"));
    }
    Ok(())
}

fn add(faults: &mut Vec<String>, root: &Path, path: &Path, texts: &[String]) {
    let found = texts.iter().flat_map(|text| prose::faults(text));
    faults.extend(found.map(|fault| format!("{}: {fault}", relative(root, path))));
}

fn pages(root: &Path) -> Result<Vec<PathBuf>> {
    let mut pages: Vec<_> = PAGES.iter().map(|page| root.join(page)).collect();
    pages.extend(files(&root.join("docs"), "md")?);
    Ok(pages)
}

/// Rust files of a package, without what is built.
fn sources(package: &Path) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    let mut folders = vec![package.to_path_buf()];
    while let Some(folder) = folders.pop() {
        sources.extend(files(&folder, "rs")?);
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        let entries = entries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path());
        folders.extend(entries.filter(|path| path.is_dir() && !path.ends_with("target")));
    }
    Ok(sources)
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files: Vec<_> =
        entries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|is| is == extension));
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
