// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pictures of the page, in a real browser, and of `classifier top`: of real traffic between hosts of the testbed.

use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{cargo_test, packages, privileges, process::run as run_command, toolchain, workspace};

/// Packages beside those of the tests: the compressor of the images, and a font that renders alike everywhere.
const PACKAGES: [&str; 2] = ["pngquant", "fonts-inter"];

/// Test targets with pictures.
const TARGETS: [&str; 2] = ["kernel_page", "kernel_status"];

/// Beginning of the names of the tests that write pictures.
const TESTS: &str = "images_of_";

/// Configuration that makes the font the browser's system font.
const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test qual="any" name="family"><string>Roboto</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
  <match target="pattern">
    <test qual="any" name="family"><string>sans-serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
</fontconfig>
"#;

/// Writes the pictures of `docs/images`. They take 20 minutes, most of them for the 15 minutes of the charts.
pub fn take() -> Result<()> {
    if !privileges::is_root() {
        bail!("the browser runs in a network namespace of its own: run this as root");
    }
    if privileges::may_install_packages() {
        packages::provide()?;
        packages::update()?;
        packages::install(&PACKAGES)?;
    }
    toolchain::setup()?;
    let programs = cargo_test::build()?;
    let fonts = env::temp_dir().join(format!("classifier-fonts-{}.conf", std::process::id()));
    fs::write(&fonts, FONTS).with_context(|| format!("cannot write {}", fonts.display()))?;
    let taken = TARGETS.iter().try_for_each(|target| {
        let its = programs.iter().find(|program| program.is_test && program.name == *target);
        let mut command = its.with_context(|| format!("there is no test target {target}"))?.command();
        run_command(command.args(["--ignored", "--test-threads=1", TESTS]).env("FONTCONFIG_FILE", &fonts))
    });
    // On failure the file stays in the temporary folder.
    let _ = fs::remove_file(&fonts);
    taken?;
    println!("pictures: {}", workspace::root().join("docs/images").display());
    Ok(())
}
