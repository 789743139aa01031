// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Commands for developers and CI: `cargo xtask <verb>`.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "these verbs talk to the person who typed them"
)]

mod agent;
mod bench;
mod cargo_test;
mod ci;
mod debian_root;
mod demo;
mod disk;
mod dist;
mod doctor;
mod emulation;
mod fuzz;
mod kills;
mod kubernetes;
mod licences;
mod lint;
mod long_test;
mod loom;
mod miri;
mod modules;
mod mutants;
mod nightly;
mod packages;
mod privileges;
mod process;
mod release;
mod screenshots;
mod soak;
mod suite;
mod tiers;
mod toolchain;
mod vm;
mod words;
mod workspace;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Find or install the tools that build the kernel object, and record them
    Setup,
    /// Print the installed and the missing tools, and change nothing
    Doctor,
    /// Check formatting, clippy for every crate, licences
    Lint {
        /// Only the checks whose name contains this
        name: Option<String>,
    },
    /// Check licences, sources, advisories and yanked versions of every dependency
    #[command(alias = "deny")]
    Licences,
    /// Build the agent with the kernel object in it
    Build,
    /// Build the agent and run it as root on this machine
    Run {
        /// Passed on to `classifier run`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Show real conversations between two demo hosts and an agent that counts them, as root
    Demo {
        /// End after one round, and check the counts
        #[arg(long)]
        once: bool,
        /// Write the output into README.md
        #[arg(long, requires = "once")]
        readme: bool,
    },
    /// Measure the cost of a packet, a scrape and the agent, and write docs/BENCHMARKS.md, as root
    Bench {
        /// Measure only this section, repeatable; the report is printed, not written
        #[arg(long = "section", value_name = "NAME")]
        sections: Vec<String>,
        /// Measure less often, to test the benchmarks; the report is printed, not written
        #[arg(long)]
        quick: bool,
        /// An object with an XDP or a TC program, to measure beside the classifier's; the report is printed, not
        /// written
        #[arg(long, value_name = "OBJECT")]
        reference: Option<PathBuf>,
    },
    /// Run servers, sessions, kills and upgrades for a long time, and compare every packet, as root
    Soak {
        /// Length of the run, in rounds of a minute
        #[arg(long = "for", value_name = "TIME", default_value = "1h", value_parser = humantime::parse_duration)]
        length: Duration,
    },
    /// Kill the agent before each system call that changes pins, make each fail, and compare the counts, as root
    Kills(kills::Options),
    /// Change the code of the packet path, one operator at a time, and list the changes that no test notices
    Mutants(mutants::Options),
    /// Pass random bytes to every entry that takes bytes of the wire, with a nightly compiler
    Fuzz(fuzz::Options),
    /// Interpret the tests of unsafe code that needs no kernel, with a nightly compiler
    Miri,
    /// Run the tables' operations in every order that two processors and the agent can run them in
    Loom,
    /// Take the pictures of the page and of `top` for the documentation, as root
    Screenshots,
    /// Build one binary to install, as static as this machine allows
    Dist,
    /// Build the archives of a release: static binaries, SBOM, licences, checksums
    Release(release::Options),
    /// Build a Debian package
    Deb(release::deb::Options),
    /// Run the tiers of tests: lint, host, agent without root, kernel as root, older kernels
    Test(tiers::Options),
    /// Run the kernel tests on older kernels, in virtual machines
    Vm(vm::Options),
    /// Install the files of a release on fresh Debians in virtual machines, upgrade and remove them
    Install(vm::installation::Options),
    /// Run as the first process of a virtual machine
    #[command(hide = true)]
    Guest {
        /// Test programs
        tests: Vec<String>,
    },
}

fn main() -> ExitCode {
    // Not returned from `main`: RUST_BACKTRACE would bury the line with the remedy.
    match dispatch(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: Verb) -> Result<()> {
    match verb {
        Verb::Setup => {
            toolchain::setup().map(|record| println!("BPF toolchain ready: {}", record.rustc_version))
        }
        Verb::Doctor => {
            doctor::examine();
            Ok(())
        }
        Verb::Lint { name } => lint::run(name.as_deref().unwrap_or_default())
            .map(|checks| println!("lint: {checks} checks passed")),
        Verb::Licences => licences::check(),
        Verb::Build => agent::build().map(|binary| println!("built {}", binary.display())),
        Verb::Run { arguments } => agent::run(&arguments),
        Verb::Demo { once, readme } => demo::run(once, readme),
        Verb::Bench { sections, quick, reference } => bench::run(&sections, quick, reference),
        Verb::Soak { length } => soak::run(length),
        Verb::Kills(options) => kills::run(&options),
        Verb::Mutants(options) => mutants::run(&options),
        Verb::Fuzz(options) => fuzz::run(&options),
        Verb::Miri => miri::run(),
        Verb::Loom => loom::run(),
        Verb::Screenshots => screenshots::take(),
        Verb::Dist => dist::make(),
        Verb::Release(options) => release::make(&options),
        Verb::Deb(options) => release::deb::make(&options),
        Verb::Test(options) => tiers::run(&options),
        Verb::Vm(options) => vm::run(&options),
        Verb::Install(options) => vm::installation::run(&options),
        Verb::Guest { tests } => vm::guest(&tests),
    }
}
