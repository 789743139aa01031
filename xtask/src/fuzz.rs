// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzing of every entry that takes bytes of the wire, by libFuzzer with a nightly compiler.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::{nightly, process::run as run_command, workspace};

/// Release of cargo-fuzz.
const RELEASE: &str = "0.13.2";

/// Folder of the targets.
const FOLDER: &str = "classifier-common";

/// Options of the verb.
#[derive(Args)]
pub struct Options {
    /// Time for each target
    #[arg(long = "for", value_name = "TIME", default_value = "1m", value_parser = humantime::parse_duration)]
    length: Duration,
    /// Only this target
    target: Option<String>,
}

/// Runs each target for the time. A corpus is kept in the target directory, and the next run begins with it.
pub fn run(options: &Options) -> Result<()> {
    workspace::cargo_tool("cargo-fuzz", RELEASE)?;
    let corpora = Path::new(workspace::metadata()?.target_directory.as_str()).join("fuzz-corpora");
    write_seeds(&corpora.join("seeds"))?;
    let targets = targets()?;
    let chosen = targets.iter().filter(|name| options.target.as_ref().is_none_or(|target| target == *name));
    let chosen: Vec<_> = chosen.collect();
    if chosen.is_empty() {
        bail!("no such target; there are {}", targets.join(", "));
    }
    for name in chosen {
        println!("fuzz: {name} for {}", humantime::format_duration(options.length));
        let [corpus, seeds] = [corpora.join(name), corpora.join("seeds").join(name)];
        for folder in [&corpus, &seeds] {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut cargo = nightly::cargo()?;
        cargo.current_dir(workspace::root().join(FOLDER)).args(["fuzz", "run", name]).args([corpus, seeds]);
        cargo.arg("--").arg(format!("-max_total_time={}", options.length.as_secs()));
        run_command(&mut cargo)?;
    }
    Ok(())
}

/// Writes the fixtures as seeds.
fn write_seeds(folder: &Path) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args([
        "run",
        "--quiet",
        "--package",
        "classifier-common",
        "--example",
        "seeds",
        "--features",
        "fixtures",
    ]);
    // Of its own: another selection of features would build the libraries of all other tests again.
    cargo.arg("--target-dir").arg(workspace::metadata()?.target_directory.join("fuzz-seeds"));
    run_command(cargo.arg("--").arg(folder))
}

/// Lists the targets.
fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join(FOLDER).join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let names = files.filter_map(|file| Some(file.ok()?.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    Ok(names)
}
