//! The tiers that ask a kernel: this machine's, as root, and older ones in virtual machines. Their jobs run side by side.

use std::{env, process::Command};

use anyhow::{Context, Result};

use super::{
    Outcome, cargo_test, outcome,
    side_by_side::{self, Job},
    targets::Targets,
};
use crate::{deb, debian_root, packages, privileges, process, vm};

/// The job of the virtual machines.
const MACHINES: &str = "virtual machines";

/// Takes minutes, most of them by one test: begun last, it would be alone at the end.
const LONG: &str = "kernel_restart";

/// Both tiers: this kernel, and the older ones.
pub fn run() -> [Outcome; 2] {
    let (here, older) = (this_kernel(), older_kernels());
    // The machines take the longest: they go on while all the others come and go.
    let (mut jobs, mut obstacles) = (Vec::new(), [None, None]);
    for (tier, obstacle) in [older, here].into_iter().zip(&mut obstacles) {
        match tier {
            Ok(its) => jobs.extend(its),
            Err(outcome) => *obstacle = Some(outcome),
        }
    }
    let [no_older, no_here] = obstacles;
    let mut ended = side_by_side::run(jobs);
    let machines =
        ended.iter().position(|ended| ended.name == MACHINES).map(|place| ended.swap_remove(place));
    let here = no_here.unwrap_or_else(|| outcome(ended.into_iter().map(|ended| ended.count).sum()));
    let older = no_older.or_else(|| {
        machines.map(|ended| match outcome(ended.count) {
            Outcome::Passed(_) => Outcome::Passed(ended.last),
            failed @ (Outcome::Failed(_) | Outcome::NotRun(_)) => failed,
        })
    });
    [here, older.unwrap_or_else(|| Outcome::NotRun("no test found".into()))]
}

/// A job a target of tests, one test at a time: interfaces, namespaces and pins of a process are its tests' alone.
fn this_kernel() -> Result<Vec<Job>, Outcome> {
    if !privileges::is_root() {
        return Err(Outcome::NotRun("needs root".into()));
    }
    jobs_of_this_kernel().map_err(|error| Outcome::Failed(format!("{error:#}")))
}

fn jobs_of_this_kernel() -> Result<Vec<Job>> {
    if privileges::is_debian() {
        packages::provide()?;
        debian_root::provide()?;
        deb::provide()?;
    }
    let targets = Targets::of_agent()?.kernel;
    // Once for all: what does not compile is told here, and then nobody waits for the compiler.
    let chosen = targets.iter().flat_map(|name| ["--test", name]);
    let chosen: Vec<_> = ["--package", "classifier", "--no-run"].into_iter().chain(chosen).collect();
    process::run(&mut cargo_test::command(&chosen))?;
    let job = |name: String| {
        let mut command = cargo_test::command(&["--package", "classifier", "--test", &name]);
        command.args(["--", "--test-threads=1"]);
        Job { name, command }
    };
    let mut jobs: Vec<_> = targets.into_iter().map(job).collect();
    jobs.sort_by_key(|job| job.name != LONG);
    Ok(jobs)
}

fn older_kernels() -> Result<Vec<Job>, Outcome> {
    if privileges::may_install_packages() {
        packages::provide().map_err(|error| Outcome::Failed(format!("{error:#}")))?;
    }
    if let Some(obstacle) = vm::obstacle() {
        return Err(Outcome::NotRun(obstacle));
    }
    let this = env::current_exe().context("where this program is");
    let mut command = Command::new(this.map_err(|error| Outcome::Failed(format!("{error:#}")))?);
    command.arg("vm");
    Ok(vec![Job { name: MACHINES.into(), command }])
}
