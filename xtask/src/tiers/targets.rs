//! Which test targets of the agent need root: those in files named `kernel_*.rs`.

use anyhow::{Context, Result};
use cargo_metadata::Package;

use crate::workspace;

pub struct Targets {
    /// Arguments for `cargo test` that choose those without root.
    pub rootless: Vec<String>,
    /// The names of the others.
    pub kernel: Vec<String>,
}

impl Targets {
    pub fn of_agent() -> Result<Self> {
        let metadata = workspace::metadata()?;
        let agent = metadata.packages.iter().find(|package| package.name == "classifier");
        Ok(Self::of(agent.context("no package classifier")?))
    }

    fn of(package: &Package) -> Self {
        let mut targets = Self { rootless: vec![], kernel: vec![] };
        for target in &package.targets {
            if target.is_lib() {
                targets.rootless.push("--lib".into());
            } else if target.is_bin() && target.required_features.is_empty() {
                targets.rootless.extend(["--bin".into(), target.name.clone()]);
            } else if target.is_test() && target.name.starts_with("kernel_") {
                targets.kernel.push(target.name.clone());
            } else if target.is_test() {
                targets.rootless.extend(["--test".into(), target.name.clone()]);
            }
        }
        targets
    }
}
