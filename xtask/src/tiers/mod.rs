// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The tiers of `cargo xtask test`. Each reports what it ran: a tier that did not run never counts as passed.

mod consent;
mod kernels;
mod phases;
mod side_by_side;

use std::{fmt, thread};

use anyhow::{Result, bail};

use self::phases::Phases;
use crate::{
    cargo_test::{self, Count, Program},
    ci, lint, toolchain,
};

enum Outcome {
    Passed(String),
    Failed(String),
    NotRun(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(what) => write!(out, "passed   {what}"),
            Self::Failed(why) => write!(out, "FAILED   {why}"),
            Self::NotRun(why) => write!(out, "NOT RUN  {why}"),
        }
    }
}

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Options {
    /// Only these tiers; all tiers if none is named
    tiers: Vec<Tier>,
    /// Install packages without asking
    #[arg(long)]
    yes: bool,
}

/// A tier of the tests, in the order of running.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Tier {
    /// Formatting, clippy, licences, the module graph
    Lint,
    /// The shared core and the developer verbs
    Host,
    /// The agent, without root
    Agent,
    /// The real kernel, as root
    Kernel,
    /// Older kernels in virtual machines
    Vm,
}

impl Tier {
    const ALL: [Self; 5] = [Self::Lint, Self::Host, Self::Agent, Self::Kernel, Self::Vm];

    /// Returns the tier of a test program. Programs named `kernel_…` need root.
    fn of(program: &Program) -> Self {
        match program.package.as_str() {
            "classifier" if program.name.starts_with("kernel_") => Self::Kernel,
            "classifier" => Self::Agent,
            _ => Self::Host,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Host => "host",
            Self::Agent => "agent",
            Self::Kernel => "kernel",
            Self::Vm => "vm",
        }
    }
}

/// Runs the chosen tiers, and prints the outcome of each.
pub fn run(options: &Options) -> Result<()> {
    let is_chosen = |tier| options.tiers.is_empty() || options.tiers.contains(&tier);
    let chosen: Vec<_> = Tier::ALL.into_iter().filter(|tier| is_chosen(*tier)).collect();
    let asks_a_kernel = is_chosen(Tier::Kernel) || is_chosen(Tier::Vm);
    if asks_a_kernel {
        consent::ask(options.yes)?;
    }
    let mut phases = Phases::begin();
    toolchain::setup()?;
    phases.end("setup");
    let mut outcomes = Vec::new();
    let asked = thread::scope(|scope| -> Result<()> {
        // Runs beside the compiler, because it mostly waits for the network and the disk.
        let provided = asks_a_kernel.then(|| scope.spawn(|| kernels::provide(is_chosen(Tier::Kernel))));
        if is_chosen(Tier::Lint) {
            println!("\n=== lint");
            outcomes.push((Tier::Lint, lint()));
            phases.end("lint");
        }
        if chosen == [Tier::Lint] {
            return Ok(());
        }
        println!("\n=== the tests are built");
        let programs = cargo_test::build()?;
        phases.end("build");
        for tier in [Tier::Host, Tier::Agent] {
            if is_chosen(tier) {
                println!("\n=== {}", tier.name());
                outcomes.push((tier, rootless(&programs, tier)));
                phases.end(tier.name());
            }
        }
        if let Some(provided) = provided {
            provided.join().unwrap_or_else(|_| bail!("the provision of the tools ended early"))?;
            phases.end("packages and tools");
            println!("\n=== kernel and vm");
            outcomes.extend(kernels::run(&programs, is_chosen));
            phases.end("kernel and vm");
        }
        Ok(())
    });
    if let Err(error) = asked {
        println!("error: {error:#}");
        let ran: Vec<_> = outcomes.iter().map(|(tier, _)| *tier).collect();
        let left = chosen.iter().filter(|tier| !ran.contains(tier));
        outcomes.extend(left.map(|tier| (*tier, Outcome::Failed("see the error above".into()))));
    }
    outcomes.retain(|(tier, _)| chosen.contains(tier));

    println!("\n=== summary\n{phases}");
    for (tier, outcome) in &outcomes {
        println!("{:<7} {outcome}", tier.name());
    }
    let failed = outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
    let missing = outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::NotRun(_)));
    if failed {
        bail!("tests failed");
    }
    if missing && ci::is_here() {
        bail!("on CI every tier must run");
    }
    Ok(())
}

fn lint() -> Outcome {
    match lint::run("") {
        Ok(checks) => Outcome::Passed(format!("{checks} checks")),
        Err(error) => Outcome::Failed(format!("{error:#}")),
    }
}

/// Runs the tests of a tier that uses no kernel feature.
fn rootless(programs: &[Program], tier: Tier) -> Outcome {
    let its = programs.iter().filter(|program| program.is_test && Tier::of(program) == tier);
    let counts: Result<Vec<_>> = its.map(cargo_test::run).collect();
    counts.map_or_else(
        |error| Outcome::Failed(format!("{error:#}")),
        |counts| outcome(counts.into_iter().sum()),
    )
}

fn outcome(count: Count) -> Outcome {
    match count {
        count if count.failed > 0 || !count.succeeded => Outcome::Failed(count.to_string()),
        Count { passed: 0, .. } => Outcome::NotRun("no test found".into()),
        count => Outcome::Passed(count.to_string()),
    }
}
