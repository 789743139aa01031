//! The kernel tests on older kernels, in virtual machines that need neither root nor KVM.
//!
//! A machine is a Debian kernel and an archive of files: the tests and the agent as the kernel tier has built
//! them, and this tool, which is the first process there.

mod archive;
mod files;
mod guest;
mod kernels;
mod machine;

use anyhow::{Result, bail};

use crate::tiers::cargo_test::Count;

pub use guest::run as guest;

/// Targets of the agent's tests that the machines run, and which tests of each: those that need no tool, and do not
/// take minutes on an emulated processor. What stands together shares a machine.
const TESTS: [&[(&str, &str)]; 2] = [
    // Not by native XDP: where a program is replaced, the kernel changes its own code, and an emulated processor that runs
    // it meanwhile may meet what is no longer there (`int3` in `bpf_dispatcher_xdp_func`).
    &[
        ("kernel_restart", "everywhere::a_bpf_filesystem"),
        ("kernel_restart", "everywhere::counting_outlives_agents_at_tc"),
        ("kernel_sandbox", "attaching::"),
    ],
    &[("kernel_versions", ""), ("kernel_agreement", "every_fixture_counts_what_it_says_in_every_program")],
];

/// Why the machines cannot run here; `None` where they can.
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

/// Runs the tests on every kernel, and adds their results up.
pub fn test() -> Result<(Count, String)> {
    let emulator = machine::find()?;
    let targets: Vec<_> = TESTS.iter().copied().flatten().map(|(target, _)| *target).collect();
    let built = files::build(&targets)?;
    let mut sum = Count { succeeded: true, ..Count::default() };
    let mut releases = Vec::new();
    for line in kernels::LINES {
        let kernel = kernels::provide(line)?;
        println!("\n--- Linux {}", kernel.release);
        let contents = files::gather(&kernel, &built)?;
        for shared in TESTS {
            let tests: Vec<_> =
                shared.iter().map(|(target, filter)| format!("{}={filter}", guest::place(target))).collect();
            sum += machine::run(&emulator, &kernel, &contents, &tests)?;
        }
        releases.push(kernel.release);
    }
    Ok((sum, releases.join(" and ")))
}

/// The verb: the same as the tier, alone.
pub fn run() -> Result<()> {
    crate::toolchain::setup()?;
    let (count, releases) = test()?;
    if count.failed > 0 || !count.succeeded || count.passed == 0 {
        bail!("{count} on Linux {releases}");
    }
    println!("{count} on Linux {releases}");
    Ok(())
}
