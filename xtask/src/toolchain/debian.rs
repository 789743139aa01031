//! The distribution's own compiler, which comes with the source of its `core`.

use anyhow::Result;

use crate::packages;

const CLIPPY: &str = "rust-web-clippy";

pub fn install() -> Result<()> {
    // One source package: the versions belong together.
    add(&["rustc-web", "rust-web-src", CLIPPY])
}

/// For a compiler that was installed without its clippy.
pub fn install_clippy() -> Result<()> {
    add(&[CLIPPY])
}

fn add(names: &[&str]) -> Result<()> {
    println!("installing {} from Debian", names.join(", "));
    packages::update()?;
    packages::install(names)
}
