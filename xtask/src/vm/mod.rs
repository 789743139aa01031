//! The kernel tests on older kernels, in virtual machines without root and KVM.
//!
//! A machine consists of a Debian kernel and an archive. The archive holds the tests, the agent and this
//! tool, which is the machine's first process.

mod archive;
mod files;
mod guest;
mod kernels;
mod machine;
mod modules;

use anyhow::{Result, bail};

use crate::cargo_test::Count;

pub use guest::run as guest;

/// Test targets of the agent that the machines run, each with a filter. They need no server and do not take
/// minutes on an emulated processor. The targets of one row share a machine.
const TESTS: [&[(&str, &str)]; 3] = [
    // Native XDP is left out. Replacing a program patches kernel code, and an emulated processor that runs it
    // meanwhile may fetch a stale instruction (`int3` in `bpf_dispatcher_xdp_func`).
    &[
        ("kernel_restart", "everywhere::a_bpf_filesystem"),
        ("kernel_restart", "everywhere::counting_outlives_agents_at_tc"),
        ("kernel_sandbox", "attaching::"),
    ],
    &[("kernel_versions", ""), ("kernel_agreement", "every_fixture_counts_what_it_says_in_every_program")],
    // Device types that few kernels have built in.
    &[("kernel_connections", "bonded::"), ("kernel_conservation", "layer3::")],
];

/// Returns why the machines cannot run here. `None`: they can.
pub fn obstacle() -> Option<String> {
    if cfg!(not(target_arch = "x86_64")) {
        return Some("needs an x86-64 machine".into());
    }
    kernels::LINES
        .into_iter()
        .find_map(|line| kernels::find(line).err())
        .or_else(|| machine::find().err())
        .map(|error| format!("{error:#}"))
}

/// Kernels and tests of a run of the virtual machines.
#[derive(clap::Args)]
pub struct Options {
    /// Boot only this line of kernels, such as 6.1; repeatable
    #[arg(long = "kernel", value_name = "LINE")]
    kernels: Vec<String>,
    /// Run only this test target, or those of its tests whose names contain FILTER; repeatable
    #[arg(long = "test", value_name = "TARGET[=FILTER]")]
    tests: Vec<String>,
}

impl Options {
    fn kernels(&self) -> Vec<&str> {
        if self.kernels.is_empty() {
            kernels::LINES.into()
        } else {
            self.kernels.iter().map(String::as_str).collect()
        }
    }

    /// Returns the tests of each machine: target and filter.
    fn machines(&self) -> Vec<Vec<(&str, &str)>> {
        if self.tests.is_empty() {
            return TESTS.map(Vec::from).into();
        }
        vec![self.tests.iter().map(|test| test.split_once('=').unwrap_or((test, ""))).collect()]
    }
}

/// Runs the tests on each kernel, and adds up the results.
fn test(options: &Options) -> Result<(Count, String)> {
    let emulator = machine::find()?;
    let machines = options.machines();
    let targets: Vec<_> = machines.iter().flatten().map(|(target, _)| *target).collect();
    let built = files::build(&targets)?;
    let mut sum = Count { succeeded: true, ..Count::default() };
    let mut releases = Vec::new();
    for line in options.kernels() {
        let kernel = kernels::provide(line)?;
        println!("\n--- Linux {}", kernel.release);
        let contents = files::gather(&kernel, &built)?;
        for shared in &machines {
            let tests: Vec<_> =
                shared.iter().map(|(target, filter)| format!("{}={filter}", guest::place(target))).collect();
            sum += machine::run(&emulator, &kernel, &contents, &tests)?;
        }
        releases.push(kernel.release);
    }
    Ok((sum, releases.join(" and ")))
}

/// Runs the virtual machines. The tier uses the default options.
pub fn run(options: &Options) -> Result<()> {
    crate::toolchain::setup()?;
    let (count, releases) = test(options)?;
    if count.failed > 0 || !count.succeeded || count.passed == 0 {
        bail!("{count} on Linux {releases}");
    }
    println!("{count} on Linux {releases}");
    Ok(())
}
