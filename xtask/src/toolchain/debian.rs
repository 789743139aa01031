// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The distribution's compiler, packaged with the source of its `core`.

use anyhow::Result;

use crate::packages;

const CLIPPY: &str = "rust-web-clippy";

pub fn install() -> Result<()> {
    // All three come from one source package, so that the versions match.
    add(&["rustc-web", "rust-web-src", CLIPPY])
}

/// Installs clippy for a distribution's compiler that lacks it.
pub fn install_clippy() -> Result<()> {
    add(&[CLIPPY])
}

fn add(names: &[&str]) -> Result<()> {
    println!("installing {} from Debian", names.join(", "));
    packages::update()?;
    packages::install(names)
}
