// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The tests of each machine, by its kernel and its architecture.

use super::{architecture::Architecture, kernels::Line};

/// A test target, with the beginning of the names of its tests.
type Test = (&'static str, &'static str);

/// A machine of a kernel: the words of its boot, and the tests that share it.
pub struct Machine<'a> {
    pub boot: &'static str,
    pub tests: Vec<(&'a str, &'a str)>,
}

/// Runs on a kernel that must be refused.
const REFUSAL: Test = ("kernel_versions", "the_doctor_finds");

/// Test targets of the agent that the machines run. They do not take minutes on an emulated processor. The targets of
/// one row share a machine.
const TESTS: [&[Test]; 4] = [
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

/// A boot in lockdown, which lets no program read kernel memory, and its tests.
const LOCKED: (&str, &[Test]) = (
    "lsm=lockdown lockdown=confidentiality",
    &[("kernel_versions", "lockdown_is"), ("kernel_restart", "everywhere::counting_outlives_agents_at_tc")],
);

/// Reloads in the sandbox, which Linux 6.1 does not have in full.
const RELOADS: Test = ("kernel_reload", "traffic::a_name_that_comes");

/// Renames interfaces that are up, which Linux allows since 6.2. It takes minutes, and is for system calls that differ
/// between architectures.
const RENAMES: Test = ("kernel_hotplug", "counts_and_pins_follow_names_that_are_shifted");

/// The cases of the FTP tracking as they are written, which take minutes too.
const FTP_CASES: Test = ("kernel_ftp_cases", "traces::every_trace_holds_in_xdp_behind");

/// Returns the machines of a line.
pub fn machines(line: &Line, architecture: &Architecture) -> Vec<Machine<'static>> {
    let machine = |tests: &[Test]| Machine { boot: "", tests: tests.to_vec() };
    if line.is_refused {
        return vec![machine(&[REFUSAL])];
    }
    let mut machines: Vec<_> = TESTS.into_iter().map(machine).collect();
    if line.is_newest() {
        let (boot, tests) = LOCKED;
        machines.push(Machine { boot, tests: tests.to_vec() });
        machines[2].tests.push(RELOADS);
        if !architecture.is_this_machine() {
            machines.extend([RENAMES, FTP_CASES].map(|test| machine(&[test])));
        }
    }
    machines
}
