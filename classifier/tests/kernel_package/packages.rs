// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packages of this build.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use testbed::{run, servers::Folder};

/// Packs the agent under test as a version, with the release's function.
pub fn pack(folder: &Folder, version: &str) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["xtask", "deb", "--deb-version", version]);
    command.args(["--binary", env!("CARGO_BIN_EXE_classifier"), "--output"]).arg(folder.path());
    let said = run(&mut command);
    let package = said.lines().map(Path::new).find(|line| line.extension().is_some_and(|end| end == "deb"));
    package.unwrap_or_else(|| panic!("no package: {said}")).to_owned()
}
