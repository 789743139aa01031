// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Licences of the third parties whose code is in the binary: each part, and the texts that its authors ship.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};

use super::target;
use crate::{
    disk::{content, entries},
    workspace,
};

/// Crates whose dependencies are in the binary: the agent, and the kernel programs that it embeds.
pub const LINKED: [&str; 2] = ["classifier", "classifier-ebpf"];

/// Parts of a static binary that are no crates of a registry. Their licences are among those of the crates.
const BESIDES: [(&str, &str); 2] = [
    (
        "Rust's standard library",
        "MIT OR Apache-2.0, by The Rust Project Developers (https://thanks.rust-lang.org)",
    ),
    ("musl", "MIT, Copyright 2005-2020 Rich Felker, et al. (https://musl.libc.org)"),
];

/// Beginnings of the names of licences and notices.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Ends of the names of files that have no text of a licence.
const OTHERS: [&str; 3] = ["yml", "yaml", "rs"];

/// Lists the parts, each with its licence, and the texts. A text that several crates ship is printed once.
pub fn text() -> Result<String> {
    let metadata = metadata()?;
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut list = String::from("This program contains the following crates.\n\n");
    for package in linked(&metadata)? {
        let name = format!("{} {}", package.name, package.version);
        let own = texts_of(package)?;
        write!(list, "{name}: {}", package.license.as_deref().unwrap_or("see its text"))?;
        list.push_str(if own.is_empty() {
            " (its authors ship no text: see those of the other crates)\n"
        } else {
            "\n"
        });
        for file in own {
            let text = String::from_utf8_lossy(&content(&file)?).trim().replace("\r\n", "\n");
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    list.push_str("\nA static binary also contains:\n\n");
    for (name, licence) in BESIDES {
        writeln!(list, "{name}: {licence}")?;
    }
    for (text, names) in texts {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        write!(list, "\n{}\n\n{names}\n\n{text}\n", "=".repeat(80))?;
    }
    Ok(list)
}

/// Reads the dependencies on the targets of a release: those for other systems are not in the binary.
fn metadata() -> Result<Metadata> {
    let platforms = target::triples().flat_map(|triple| ["--filter-platform".into(), triple.into()]);
    workspace::metadata_with(platforms)
}

/// Returns the licences and notices of a crate: its own, and those of code that it includes.
fn texts_of(package: &Package) -> Result<Vec<PathBuf>> {
    let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
    let mut open = vec![folder.as_std_path().to_owned()];
    let mut texts = Vec::new();
    while let Some(folder) = open.pop() {
        let (folders, files): (Vec<_>, Vec<_>) =
            entries(&folder)?.into_iter().partition(|path| path.is_dir());
        open.extend(folders);
        texts.extend(files.into_iter().filter(|file| is_licence(file)));
    }
    texts.sort();
    Ok(texts)
}

fn is_licence(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let is_other = file.extension().is_some_and(|end| OTHERS.iter().any(|other| end == *other));
    NAMES.iter().any(|is| name.starts_with(is)) && !is_other
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_linked_crate_is_listed_with_its_text() {
        let metadata = metadata().unwrap();
        let packages = linked(&metadata).unwrap();
        let names: BTreeSet<_> = packages.iter().map(|package| package.name.as_str()).collect();
        // Dependencies of the agent, of the kernel programs, of tests, and of another system.
        assert!(names.contains("ring") && names.contains("aya-ebpf"), "{names:?}");
        assert!(!names.contains("rcgen") && !names.contains("windows-sys"), "{names:?}");
        let text = text().unwrap();
        for package in &packages {
            assert!(text.contains(&format!("\n{} {}: ", package.name, package.version)), "{}", package.name);
            // A licence whose text is below without the crate's own.
            let is_common = package.license.as_deref().is_some_and(|licence| licence.contains("Apache-2.0"));
            assert!(is_common || !texts_of(package).unwrap().is_empty(), "{} has no text", package.name);
        }
        assert!(text.contains("Permission is hereby granted") && text.contains("Apache License"));
        // Code that a crate includes: fiat-crypto in ring.
        assert!(text.contains("the fiat-crypto authors"));
    }
}
