//! The tiers of `cargo xtask test`: each says what it ran, and a tier that did not run is never taken for passed.

pub mod cargo_test;
mod kernels;
mod side_by_side;
mod targets;

use std::fmt;

use anyhow::{Result, bail};

use crate::{ci, lint, toolchain};
use cargo_test::Count;
use targets::Targets;

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

/// Its name, what it is about, and how to run it.
type Tier = (&'static str, &'static str, fn() -> Outcome);

pub fn run() -> Result<()> {
    toolchain::setup()?;
    let tiers: [Tier; 3] = [
        ("lint", "formatting, clippy, licences", lint),
        ("host", "shared core and developer verbs", host),
        ("agent", "the agent, without root", agent),
    ];
    let [lint, host, agent] = tiers.map(|(name, about, tier)| {
        println!("\n=== {name}: {about}");
        (name, tier())
    });
    println!("\n=== kernel and vm: the real kernel, as root, and older ones in virtual machines");
    let [kernel, vm] = kernels::run();
    let outcomes = [lint, host, agent, ("kernel", kernel), ("vm", vm)];

    println!("\n=== summary");
    for (name, outcome) in &outcomes {
        println!("{name:<7} {outcome}");
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
    match lint::run_all() {
        Ok(checks) => Outcome::Passed(format!("{checks} checks")),
        Err(error) => Outcome::Failed(format!("{error:#}")),
    }
}

fn host() -> Outcome {
    let packages = ["classifier-common", "testbed", "xtask", "bench"];
    let chosen: Vec<_> = packages.into_iter().flat_map(|package| ["--package", package]).collect();
    tried(cargo_test::run(&chosen))
}

fn agent() -> Outcome {
    tried(Targets::of_agent().and_then(|targets| {
        if targets.rootless.is_empty() {
            return Ok(Count::default());
        }
        cargo_test::run(&[vec!["--package".into(), "classifier".into()], targets.rootless].concat())
    }))
}

fn tried(tests: Result<Count>) -> Outcome {
    tests.map_or_else(|error| Outcome::Failed(format!("{error:#}")), outcome)
}

fn outcome(count: Count) -> Outcome {
    match count {
        count if count.failed > 0 || !count.succeeded => Outcome::Failed(count.to_string()),
        Count { passed: 0, .. } => Outcome::NotRun("no test found".into()),
        count => Outcome::Passed(count.to_string()),
    }
}
