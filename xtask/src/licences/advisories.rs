// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Known vulnerabilities of the dependencies: `RustSec` entries from `advisories.toml`.
//!
//! The check needs no network, and is as old as that file says.

use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::{
    Package,
    semver::{Version, VersionReq},
};
use serde::Deserialize;

use crate::workspace;

#[derive(Deserialize)]
struct File {
    newest: String,
    looked_up: Vec<String>,
    advisory: Vec<Advisory>,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    package: String,
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

impl Advisory {
    fn affects(&self, name: &str, version: &Version) -> bool {
        self.package == name
            && !self.patched.iter().chain(&self.unaffected).any(|range| range.matches(version))
    }
}

pub fn problems(packages: &[&Package]) -> Result<Vec<String>> {
    let path = workspace::root().join("xtask/advisories.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File = toml::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))?;
    println!("licences: checked against {} advisories, the newest of {}", file.advisory.len(), file.newest);
    let unknown: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .filter(|name| !file.looked_up.iter().any(|known| known == name))
        .collect();
    if !unknown.is_empty() {
        println!("licences: advisories NOT KNOWN for {} dependencies: {}", unknown.len(), unknown.join(" "));
    }
    let hits = packages.iter().flat_map(|package| {
        let hits = file.advisory.iter().filter(|advisory| advisory.affects(&package.name, &package.version));
        hits.map(|advisory| format!("{} {}: {}", package.name, package.version, advisory.id))
    });
    Ok(hits.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_outside_the_patched_and_unaffected_ranges_are_affected() {
        let text = "id = 'A'\npackage = 'a'\npatched = ['>=1.2.3']\nunaffected = ['<1.1.0']";
        let advisory: Advisory = toml::from_str(text).unwrap();
        let affects = |name, version: &str| advisory.affects(name, &version.parse().unwrap());
        assert!(affects("a", "1.1.0"));
        assert!(affects("a", "1.2.2"));
        assert!(!affects("a", "1.0.9"));
        assert!(!affects("a", "1.2.3"));
        assert!(!affects("b", "1.2.2"));
    }
}
