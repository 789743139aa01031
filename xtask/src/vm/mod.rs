//! The kernel tests on other kernels and architectures, in virtual machines without root and KVM.
//!
//! A machine consists of a Debian kernel and an archive. The archive holds the tests, the agent and this
//! tool, which is the machine's first process.

mod architecture;
mod archive;
mod files;
mod guest;
mod kernels;
mod machine;
mod modules;
mod record;

use std::{env::consts::ARCH, time::Instant};

use anyhow::{Result, bail};

use self::{
    architecture::{Architecture, find_architecture},
    kernels::{Line, find_line},
    record::Row,
};
use crate::cargo_test::Count;

pub use guest::run as guest;

/// Kernels that the tier runs: the oldest supported, and the newest. Others run by their names.
const DEFAULT: [&str; 2] = ["6.1", "newest"];

/// A kernel that must be refused, and what runs there.
const REFUSED: (&str, &[(&str, &str)]) = ("5.10", &[("kernel_versions", "the_doctor_finds")]);

/// Renames interfaces that are up, which Linux allows since 6.2. It takes minutes, and is for system calls that differ
/// between architectures.
const RENAMES: (&str, &str) = ("kernel_hotplug", "counts_and_pins_follow_names_that_are_shifted");

/// Test targets of the agent that the machines run, each with a filter. They need no server and do not take
/// minutes on an emulated processor. The targets of one row share a machine.
const TESTS: [&[(&str, &str)]; 4] = [
    // Native XDP is left out. Replacing a program patches kernel code, and an emulated processor that runs it
    // meanwhile may fetch a stale instruction (`int3` in `bpf_dispatcher_xdp_func`).
    &[
        ("kernel_restart", "everywhere::a_bpf_filesystem"),
        ("kernel_restart", "everywhere::counting_outlives_agents_at_tc"),
        ("kernel_sandbox", "attaching::"),
    ],
    &[("kernel_versions", ""), ("kernel_agreement", "every_fixture_counts_what_it_says_in_every_program")],
    &[("kernel_sandbox", "it_can_keep_no_capability_at_all"), ("kernel_super_packets", "bulk_tcp")],
    // Device types that few kernels have built in.
    &[("kernel_connections", "bonded::"), ("kernel_conservation", "layer3::")],
];

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
    /// Boot only this line of kernels: 5.10, 6.1, 6.12 or newest; repeatable
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

/// Test targets, each with a filter, that share a machine.
type Shared<'a> = Vec<(&'a str, &'a str)>;

impl Options {
    fn lines(&self) -> Result<Vec<&'static Line>> {
        if self.kernels.is_empty() {
            return DEFAULT.into_iter().map(find_line).collect();
        }
        self.kernels.iter().map(|name| find_line(name)).collect()
    }

    /// Returns the tests of each machine of a line.
    fn machines(&self, line: &Line, architecture: &Architecture) -> Vec<Shared<'_>> {
        if !self.tests.is_empty() {
            return vec![self.tests.iter().map(|test| test.split_once('=').unwrap_or((test, ""))).collect()];
        }
        let (refused, tests) = REFUSED;
        if line.name == refused {
            return vec![tests.into()];
        }
        let renames = (line.name != DEFAULT[0] && !architecture.is_this_machine()).then(|| vec![RENAMES]);
        TESTS.map(Vec::from).into_iter().chain(renames).collect()
    }
}

/// Runs the tests on each kernel, and returns a row for each.
fn test(options: &Options) -> Result<Vec<Row>> {
    let architecture = find_architecture(&options.architecture)?;
    architecture.provide()?;
    let plans = options.lines()?.into_iter().map(|line| (line, options.machines(line, architecture)));
    let plans: Vec<_> = plans.collect();
    let targets: Vec<_> = plans.iter().flat_map(|(_, machines)| machines.iter().flatten()).collect();
    let targets: Vec<_> = targets.into_iter().map(|(target, _)| *target).collect();
    let programs = files::build(&targets, architecture)?;
    let mut rows = Vec::new();
    for (line, machines) in plans {
        let kernel = line.provide(architecture)?;
        println!("\n--- Linux {}", kernel.release);
        let contents = files::gather(&kernel, &programs)?;
        let began = Instant::now();
        let mut count = Count { succeeded: true, ..Count::default() };
        for shared in &machines {
            let tests: Vec<_> =
                shared.iter().map(|(target, filter)| format!("{}={filter}", guest::place(target))).collect();
            count += machine::run(architecture, &kernel, &contents, &tests)?;
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
