// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Acceptable licences and sources, from `deny.toml` in the format of `cargo-deny`.

use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::Package;
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::workspace;

pub struct Policy {
    allowed: Vec<Licensee>,
}

#[derive(Deserialize)]
struct File {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

impl Policy {
    pub fn load() -> Result<Self> {
        let path = workspace::root().join("deny.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let file: File = toml::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))?;
        Self::of(&file.licenses.allow)
    }

    fn of(names: &[impl AsRef<str>]) -> Result<Self> {
        let licensee =
            |name: &str| Licensee::parse(name).with_context(|| format!("deny.toml: licence {name}"));
        Ok(Self { allowed: names.iter().map(|name| licensee(name.as_ref())).collect::<Result<_>>()? })
    }

    pub fn problems(&self, packages: &[&Package]) -> Vec<String> {
        let mut problems = vec![];
        for package in packages {
            if let Err(why) = self.permits(package.license.as_deref()) {
                problems.push(format!("{} {}: {why}", package.name, package.version));
            }
            if let Some(source) = package.source.as_ref().filter(|source| !source.is_crates_io()) {
                problems.push(format!(
                    "{} {}: source {source} is not the default registry",
                    package.name, package.version
                ));
            }
        }
        problems
    }

    /// Checks that allowed licences alone satisfy the expression.
    fn permits(&self, expression: Option<&str>) -> Result<(), String> {
        let text = expression.ok_or("no licence expression")?;
        // Older crates write "MIT/Apache-2.0", which only the lax mode parses.
        let parsed = Expression::parse_mode(text, ParseMode::LAX)
            .map_err(|error| format!("licence {text}: {error}"))?;
        let permitted =
            parsed.evaluate(|requirement| self.allowed.iter().any(|licence| licence.satisfies(requirement)));
        if permitted { Ok(()) } else { Err(format!("licence {text} is not allowed by deny.toml")) }
    }
}

#[cfg(test)]
mod tests {
    use super::Policy;

    fn permits(expression: Option<&str>) -> bool {
        Policy::of(&["MIT", "Apache-2.0 WITH LLVM-exception"]).unwrap().permits(expression).is_ok()
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        assert!(permits(Some("MIT")));
        assert!(permits(Some("MIT OR GPL-3.0-only")));
        assert!(permits(Some("MIT/Apache-2.0")));
        assert!(permits(Some("Apache-2.0 WITH LLVM-exception")));
    }

    #[test]
    fn all_of_a_conjunction_must_be_allowed() {
        assert!(!permits(Some("MIT AND GPL-3.0-only")));
        assert!(!permits(Some("Apache-2.0")));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(!permits(Some("Custom Licence")));
        assert!(!permits(None));
    }
}
