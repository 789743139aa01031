// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel tests on other kernels and architectures, in virtual machines without root and KVM.
//!
//! A machine consists of a Debian kernel and an archive. The archive holds the tests, the agent and this
//! tool, which is the machine's first process.

mod architecture;
mod archive;
mod files;
mod guest;
pub mod installation;
mod kernels;
mod machine;
mod modules;
mod plan;
mod record;

use std::{env::consts::ARCH, time::Instant};

use anyhow::{Result, bail};

use self::{
    architecture::{Architecture, find_architecture},
    kernels::{Line, find_line},
    machine::Boot,
    plan::Machine,
    record::Row,
};
use crate::cargo_test::Count;

pub use guest::run as guest;

/// Kernels that the tier runs: the oldest supported, the newest, and one without types and JIT. Others run by their
/// names.
const DEFAULT: [&str; 3] = ["6.1", "newest", "user-mode"];

/// Memory of a machine that runs tests.
const MEMORY: &str = "1G";

/// Returns why the machines of the tier cannot run here. `None`: they can.
pub fn obstacle() -> Option<String> {
    if cfg!(not(target_arch = "x86_64")) {
        return Some("needs an x86-64 machine".into());
    }
    let emulator = find_architecture(ARCH).and_then(Architecture::find_emulator);
    emulator.err().map(|error| format!("{error:#}"))
}

/// Kernels and tests of a run of the virtual machines.
#[derive(clap::Args)]
pub struct Options {
    /// Boot only this line of kernels: 5.10, 6.1, 6.12, newest or user-mode; repeatable
    #[arg(long = "kernel", value_name = "LINE")]
    kernels: Vec<String>,
    /// Emulate this architecture: amd64 or arm64
    #[arg(long = "arch", value_name = "ARCH", default_value = ARCH)]
    architecture: String,
    /// Run only this test target, or those of its tests whose names contain FILTER; repeatable
    #[arg(long = "test", value_name = "TARGET[=FILTER]")]
    tests: Vec<String>,
    /// Write the results into docs/support.md
    #[arg(long, conflicts_with = "tests")]
    record: bool,
}

impl Options {
    fn lines(&self, architecture: &Architecture) -> Result<Vec<&'static Line>> {
        if !self.kernels.is_empty() {
            return self.kernels.iter().map(|name| find_line(name)).collect();
        }
        let mut lines = DEFAULT.into_iter().map(find_line).collect::<Result<Vec<_>>>()?;
        // A kernel that is refused runs no test but its own.
        lines.retain(|line| !line.is_refused || self.tests.is_empty() && architecture.is_this_machine());
        Ok(lines)
    }

    /// Returns the machines of a line.
    fn machines(&self, line: &Line, architecture: &Architecture) -> Vec<Machine<'_>> {
        if self.tests.is_empty() {
            return plan::machines(line, architecture);
        }
        let tests = self.tests.iter().map(|test| test.split_once('=').unwrap_or((test, "")));
        vec![Machine { boot: "", tests: tests.collect() }]
    }
}

/// Runs the tests on each kernel, and returns a row for each.
fn test(options: &Options) -> Result<Vec<Row>> {
    let architecture = find_architecture(&options.architecture)?;
    architecture.provide()?;
    let plans =
        options.lines(architecture)?.into_iter().map(|line| (line, options.machines(line, architecture)));
    let plans: Vec<_> = plans.collect();
    let targets: Vec<_> =
        plans.iter().flat_map(|(_, machines)| machines).flat_map(|machine| &machine.tests).collect();
    let targets: Vec<_> = targets.into_iter().map(|(target, _)| *target).collect();
    let programs = files::build(&targets, architecture)?;
    let mut rows = Vec::new();
    for (line, machines) in plans {
        let kernel = line.provide(architecture)?;
        println!("\n--- Linux {}", kernel.release);
        let contents = files::gather(&kernel, &programs)?;
        let began = Instant::now();
        let mut count = Count { succeeded: true, ..Count::default() };
        for machine in &machines {
            let words = guest::words(machine.boot, &machine.tests);
            let boot = Boot { kernel: &kernel, files: &contents, memory: MEMORY, words };
            count += machine::run(architecture, &boot)?;
        }
        let row = Row { line, architecture, release: kernel.release, count, took: began.elapsed() };
        if options.record && row.passed() {
            record::write(&row)?;
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Runs the virtual machines. The tier uses the default options.
pub fn run(options: &Options) -> Result<()> {
    crate::toolchain::setup()?;
    let rows = test(options)?;
    let releases: Vec<_> = rows.iter().map(|row| &*row.release).collect();
    let releases = releases.join(" and ");
    let count: Count = rows.iter().map(|row| row.count).sum();
    if !rows.iter().all(Row::passed) {
        bail!("{count} on Linux {releases}");
    }
    println!("{count} on Linux {releases}");
    Ok(())
}
