//! Checks of the dependencies: licences, sources, advisories and yanked versions.
//!
//! Building `cargo-deny` takes minutes on every fresh clone, and its advisory database is a git repository. A
//! machine without the internet cannot fetch it. This check takes seconds, and `cargo deny check` reads the
//! same `deny.toml`.

mod advisories;
mod policy;
mod yanked;

use anyhow::{Result, bail};
use cargo_metadata::Package;

use crate::workspace;

pub fn check() -> Result<()> {
    let metadata = workspace::metadata()?;
    // A package without a source is a workspace member.
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
