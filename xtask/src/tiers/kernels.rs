// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel tiers: this machine's kernel, as root, and older kernels in virtual machines. Their jobs run in
//! parallel.

use std::{env, process::Command};

use anyhow::{Context, Result};

use super::{
    Outcome, Tier, outcome,
    side_by_side::{self, Job},
};
use crate::{cargo_test::Program, debian_root, kubernetes, packages, privileges, release::deb, vm};

/// Name of the job for the virtual machines.
const MACHINES: &str = "virtual machines";

/// Target that takes minutes, most of them in one test. It begins first, so that it does not run alone at the
/// end.
const LONG: &str = "kernel_restart";

/// Installs, unpacks and builds the tools of both tiers. The tools of `this_kernel` are optional.
pub fn provide(this_kernel: bool) -> Result<()> {
    if !privileges::may_install_packages() {
        return Ok(());
    }
    packages::provide()?;
    if this_kernel {
        debian_root::provide()?;
        deb::provide()?;
        kubernetes::provide()?;
    }
    Ok(())
}

/// Runs the chosen tiers: this kernel, and older kernels.
pub fn run(programs: &[Program], is_chosen: impl Fn(Tier) -> bool) -> [(Tier, Outcome); 2] {
    let (mut jobs, mut obstacles) = (Vec::new(), [None, None]);
    // The virtual machines take the longest: they start first and run beside the other jobs.
    for (tier, obstacle) in [Tier::Vm, Tier::Kernel].into_iter().zip(&mut obstacles) {
        let its_jobs = if !is_chosen(tier) {
            Err(Outcome::NotRun("not chosen".into()))
        } else if tier == Tier::Vm {
            older_kernels()
        } else {
            this_kernel(programs)
        };
        match its_jobs {
            Ok(its_jobs) => jobs.extend(its_jobs),
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
    [(Tier::Kernel, here), (Tier::Vm, older.unwrap_or_else(|| Outcome::NotRun("no test found".into())))]
}

/// Returns a job per test target. A job runs one test at a time: its interfaces, namespaces and pins belong
/// to that test alone.
fn this_kernel(programs: &[Program]) -> Result<Vec<Job>, Outcome> {
    if !privileges::is_root() {
        return Err(Outcome::NotRun("needs root".into()));
    }
    let its = programs.iter().filter(|program| program.is_test && Tier::of(program) == Tier::Kernel);
    let job = |program: &Program| {
        let mut command = program.command();
        command.arg("--test-threads=1");
        Job { name: program.name.clone(), command }
    };
    let mut jobs: Vec<_> = its.map(job).collect();
    jobs.sort_by_key(|job| job.name != LONG);
    Ok(jobs)
}

fn older_kernels() -> Result<Vec<Job>, Outcome> {
    if let Some(obstacle) = vm::obstacle() {
        return Err(Outcome::NotRun(obstacle));
    }
    let this = env::current_exe().context("cannot find the path of this program");
    let mut command = Command::new(this.map_err(|error| Outcome::Failed(format!("{error:#}")))?);
    command.arg("vm");
    Ok(vec![Job { name: MACHINES.into(), command }])
}
