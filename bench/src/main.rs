// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `cargo xtask bench`: cost of a packet, a scrape and the agent, as ratios and differences within one run.
//!
//! A section is a module with `measure`, and a line in [`SECTIONS`]. Everything attaches to interfaces of
//! network namespaces that it creates itself (crate `testbed`, which panics on failure).
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "the report is for the person who asked for it"
)]

mod attack;
mod interface;
mod kernel;
mod learn;
mod machine;
mod memory;
mod packets;
mod processor;
mod report;
mod scale;
mod scrape;
mod section;
mod sizes;
mod spread;
mod turns;
mod wire;
mod yardsticks;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::Parser;

use section::Section;

/// Path of the report in the workspace.
const REPORT: &str = "docs/BENCHMARKS.md";

type Measure = fn(&Setup) -> Result<Section>;

/// Every section by its name, in the order of the report.
const SECTIONS: [(&str, Measure); 6] = [
    ("kernel", kernel::measure),
    ("wire", wire::measure),
    ("scale", scale::measure),
    ("attack", attack::measure),
    ("scrape", scrape::measure),
    ("learn", learn::measure),
];

/// Parameters of the sections.
#[derive(Parser)]
struct Setup {
    /// Measure only this section, repeatable; the report is printed, not written
    #[arg(long, value_parser = SECTIONS.map(|(name, _)| name))]
    section: Vec<String>,
    /// Measure less often, to see whether it works; the report is printed, not written
    #[arg(long)]
    quick: bool,
    /// The agent, built for release; sections that need it ask for [`Setup::agent`]
    #[arg(long)]
    agent: Option<PathBuf>,
    /// An object with an XDP or a TC program, to stand beside the classifier in the section `kernel`; the report
    /// is printed, not written
    #[arg(long)]
    reference: Option<PathBuf>,
}

impl Setup {
    /// Returns the path of the agent's binary.
    fn agent(&self) -> Result<&Path> {
        self.agent.as_deref().context("no agent: name its binary with --agent")
    }
}

fn main() -> ExitCode {
    // Not returned from `main`: RUST_BACKTRACE would bury the line with the cause.
    match run(&Setup::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(setup: &Setup) -> Result<()> {
    let wanted = |name: &str| setup.section.is_empty() || setup.section.iter().any(|section| section == name);
    let about = machine::describe()?;
    println!("{about}");
    let mut sections = Vec::new();
    for (name, measure) in SECTIONS.into_iter().filter(|(name, _)| wanted(name)) {
        let section = measure(setup).with_context(|| format!("section {name}"))?;
        println!("\n{}", report::write_section(&section));
        sections.push(section);
    }
    println!("{}", report::summary(&sections));
    if setup.section.is_empty() && !setup.quick && setup.reference.is_none() {
        fs::write(REPORT, report::write(&about, &sections))
            .with_context(|| format!("cannot write {REPORT}"))?;
        println!("written to {REPORT}");
    }
    Ok(())
}
