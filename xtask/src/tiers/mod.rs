//! The tiers of `cargo xtask test`: each says what it ran, and a tier that did not run is never taken for passed.

pub mod cargo_test;
mod targets;

use std::fmt;

use anyhow::{Result, bail};

use crate::{ci, deb, debian_root, lint, packages, privileges, toolchain, vm};
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
    let tiers: [Tier; 5] = [
        ("lint", "formatting, clippy, licences", lint),
        ("host", "shared core and developer verbs", host),
        ("agent", "the agent, without root", agent),
        ("kernel", "the real kernel, as root", kernel),
        ("vm", "older kernels, in virtual machines", older_kernels),
    ];
    let outcomes = tiers.map(|(name, about, tier)| {
        println!("\n=== {name}: {about}");
        (name, tier())
    });

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
    outcome(cargo_test::run(
        &[
            "--package",
            "classifier-common",
            "--package",
            "testbed",
            "--package",
            "xtask",
            "--package",
            "bench",
        ],
        &[],
    ))
}

fn agent() -> Outcome {
    outcome(Targets::of_agent().and_then(|targets| {
        if targets.rootless.is_empty() {
            return Ok(Count::default());
        }
        cargo_test::run(&[vec!["--package".into(), "classifier".into()], targets.rootless].concat(), &[])
    }))
}

fn kernel() -> Outcome {
    if !privileges::is_root() {
        return Outcome::NotRun("needs root".into());
    }
    outcome(Targets::of_agent().and_then(|targets| {
        if targets.kernel.is_empty() {
            return Ok(Count::default());
        }
        if privileges::is_debian() {
            packages::provide()?;
            debian_root::provide()?;
            deb::provide()?;
        }
        // Interfaces, namespaces and pins belong to the machine, so one test at a time.
        let arguments = [vec!["--package".into(), "classifier".into()], targets.kernel].concat();
        cargo_test::run(&arguments, &["--test-threads=1"])
    }))
}

fn older_kernels() -> Outcome {
    if privileges::may_install_packages()
        && let Err(error) = packages::provide()
    {
        return Outcome::Failed(format!("{error:#}"));
    }
    if let Some(obstacle) = vm::obstacle() {
        return Outcome::NotRun(obstacle);
    }
    let mut releases = String::new();
    let tests = vm::test().map(|(count, ran_on)| {
        releases = ran_on;
        count
    });
    match outcome(tests) {
        Outcome::Passed(what) => Outcome::Passed(format!("{what} on Linux {releases}")),
        failed @ (Outcome::Failed(_) | Outcome::NotRun(_)) => failed,
    }
}

fn outcome(tests: Result<Count>) -> Outcome {
    match tests {
        Err(error) => Outcome::Failed(format!("{error:#}")),
        Ok(count) if count.failed > 0 || !count.succeeded => Outcome::Failed(count.to_string()),
        Ok(count) if count.passed == 0 => Outcome::NotRun("no test found".into()),
        Ok(count) => Outcome::Passed(count.to_string()),
    }
}
