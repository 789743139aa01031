//! Every verb of developers and CI: `cargo xtask <verb>`.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "these verbs talk to the person who typed them"
)]

mod agent;
mod bench;
mod ci;
mod deb;
mod debian_root;
mod demo;
mod dist;
mod doctor;
mod licences;
mod lint;
mod packages;
mod privileges;
mod process;
mod screenshots;
mod tiers;
mod toolchain;
mod vm;
mod workspace;

use std::process::ExitCode;

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
    /// Find or install what builds the kernel object, and record it
    Setup,
    /// Print what this machine has, and change nothing
    Doctor,
    /// Formatting, clippy for every crate, licences
    Lint,
    /// Licences, sources, advisories and yanked versions of every dependency
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
    /// Real conversations between two made-up hosts, and the agent counting them live, as root
    Demo {
        /// End after one round, and check the counts
        #[arg(long)]
        once: bool,
        /// Write what is printed then into README.md
        #[arg(long, requires = "once")]
        readme: bool,
    },
    /// What a packet, a scrape and the agent cost: measured, and written to docs/BENCHMARKS.md, as root
    Bench {
        /// Measure only this section, repeatable; the report is printed, not written
        #[arg(long = "section", value_name = "NAME")]
        sections: Vec<String>,
        /// Measure less often, to see whether it works; the report is printed, not written
        #[arg(long)]
        quick: bool,
    },
    /// Pictures of the page for its documentation, as root
    Screenshots,
    /// Make one binary to install, as static as this machine can
    Dist,
    /// Make a Debian package
    Deb(deb::Options),
    /// Every tier of tests: lint, host, agent without root, kernel as root, older kernels
    Test,
    /// The kernel tests on older kernels, in virtual machines
    Vm,
    /// What the first process of such a machine does
    #[command(hide = true)]
    Guest {
        /// Test programs
        tests: Vec<String>,
    },
}

fn main() -> ExitCode {
    // Not by returning the error: RUST_BACKTRACE would bury the line that says what to do.
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
        Verb::Lint => lint::run_all().map(|checks| println!("lint: {checks} checks passed")),
        Verb::Licences => licences::check(),
        Verb::Build => agent::build().map(|binary| println!("built {}", binary.display())),
        Verb::Run { arguments } => agent::run(&arguments),
        Verb::Demo { once, readme } => demo::run(once, readme),
        Verb::Bench { sections, quick } => bench::run(&sections, quick),
        Verb::Screenshots => screenshots::take(),
        Verb::Dist => dist::make(),
        Verb::Deb(options) => deb::make(&options),
        Verb::Test => tiers::run(),
        Verb::Vm => vm::run(),
        Verb::Guest { tests } => vm::guest(&tests),
    }
}
