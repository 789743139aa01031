//! What the dependencies are: their licences and where they come from, their advisories, whether they were yanked.
//!
//! Building `cargo-deny` takes minutes on every fresh clone, and its advisory database is a git repository that a
//! machine without the internet cannot fetch. This takes seconds, and `cargo deny check` reads the same `deny.toml`.

mod advisories;
mod policy;
mod yanked;

use anyhow::{Result, bail};
use cargo_metadata::Package;

use crate::workspace;

pub fn check() -> Result<()> {
    let metadata = workspace::metadata()?;
    // A package without a source is ours.
    let foreign: Vec<&Package> =
        metadata.packages.iter().filter(|package| package.source.is_some()).collect();

    let mut problems = policy::Policy::load()?.problems(&foreign);
    println!("licences: {} dependencies checked for licence and source", foreign.len());
    problems.extend(advisories::problems(&foreign)?);
    problems.extend(yanked::problems(&foreign)?);
    for problem in &problems {
        println!("licences: {problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems with dependencies", problems.len());
    }
    Ok(())
}
