//! Screenshots of the page with demo data, in a real browser.

use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{packages, privileges, process::run as run_command, toolchain, workspace};

/// Packages: the browser, the compressor of the images, and a font that renders alike on every machine.
const PACKAGES: [&str; 4] = ["chromium", "chromium-driver", "pngquant", "fonts-inter"];

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

/// Writes the screenshots of `docs/images`.
pub fn take() -> Result<()> {
    if !privileges::is_root() {
        bail!("the browser runs in a network namespace of its own: run this as root");
    }
    if privileges::may_install_packages() {
        packages::update()?;
        packages::install(&PACKAGES)?;
    }
    toolchain::setup()?;
    let fonts = env::temp_dir().join(format!("classifier-fonts-{}.conf", std::process::id()));
    fs::write(&fonts, FONTS).with_context(|| format!("cannot write {}", fonts.display()))?;
    let folder = workspace::root().join("docs/images");
    let mut cargo = workspace::cargo();
    cargo
        .args(["run", "--quiet", "--package", "classifier", "--example", "page_pictures", "--"])
        .arg(&folder);
    let taken = run_command(cargo.env("FONTCONFIG_FILE", &fonts));
    // On failure the file stays in the temporary folder.
    let _ = fs::remove_file(&fonts);
    taken?;
    println!("pictures: {}", folder.display());
    Ok(())
}
