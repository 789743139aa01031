// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Features that this kernel has, and kernels that lack some.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    process::{Command, Output},
};

use aya::util::KernelVersion;
use aya_obj::generated::bpf_cmd;
use classifier_common::host::HostTables;
use testbed::{End, Host, Lab, Running, left_behind};

use super::{BINARY, compare, info_of, refused::refuse, send, stop};

/// `ENOTSUPP` of the kernel.
const NOT_SUPPORTED: i32 = 524;

/// Linux before 6.6 knows no TCX, and before 5.19 no batches of a map of maps.
#[test]
fn without_tcx_and_batches_the_agent_counts_exactly_by_filters() {
    let lab = Lab::new();
    let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
    let (from, to) = lab.wire(&sender, &receiver, 20_000);
    let mut command = receiver.command(BINARY);
    command.args(["run", "--interface", &to.name]);
    refuse(&mut command, bpf_cmd::BPF_PROG_QUERY, libc::EINVAL);
    refuse(&mut command, bpf_cmd::BPF_MAP_UPDATE_BATCH, NOT_SUPPORTED);
    counts_by(command, "tc", [(&sender, &from), (&receiver, &to)]);
}

/// RHEL 9 is Linux 5.14 by name, and has features of later releases: the release chooses nothing.
#[test]
fn an_old_release_by_name_takes_no_feature_away() {
    let lab = Lab::new();
    let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
    let (from, to) = lab.wire(&sender, &receiver, 20_000);
    let begin = |arguments: &[&str]| {
        let mut command = receiver.command(BINARY);
        command.args(arguments);
        call_it_2_6(&mut command);
        command
    };
    let (status, report) = said(&begin(&["doctor"]).output().unwrap());
    assert!(status == Some(0) && report.starts_with("kernel: 2.6."), "{report}");
    let row = report.lines().find(|line| line.starts_with("TCX")).unwrap();
    let tc = if row.contains("  yes  ") { "tcx" } else { "tc" };
    assert_eq!(tc == "tcx", KernelVersion::current().unwrap() >= KernelVersion::new(6, 6, 0));
    let command = begin(&["run", "--interface", &to.name]);
    counts_by(command, tc, [(&sender, &from), (&receiver, &to)]);
}

/// Starts the agent at the receiver's end, and checks its hooks, and each frame of the fixtures in both directions.
fn counts_by(command: Command, hook: &str, ends: [(&Host, &End); 2]) {
    let (receiver, to) = ends[1];
    let mut agent = Running::start(command);
    agent.wait_for("serving metrics");
    assert_eq!(info_of(receiver, &to.name, hook, hook), 1, "{}", agent.said());
    let tables = HostTables::default();
    for (direction, (host, end)) in ["ingress", "egress"].into_iter().zip(ends) {
        let expected = send(host, end, &tables);
        compare(receiver, direction, &expected);
    }
    stop(&mut agent);
}

/// Lets the kernel tell the command that its release is 2.6 (`UNAME26` of personality(2)).
fn call_it_2_6(command: &mut Command) {
    const UNAME26: libc::c_ulong = 0x002_0000;
    // SAFETY: the call takes a number.
    let call = || match unsafe { libc::personality(UNAME26) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    };
    // SAFETY: between fork and exec the closure makes one system call.
    unsafe { command.pre_exec(call) };
}

/// The feature is named, not the instruction that the verifier refuses.
#[test]
fn a_refused_program_names_the_missing_feature() {
    let lab = Lab::new();
    let (host, other) = (lab.host("here"), lab.host("there"));
    let (end, _) = lab.link(&host, &other);
    for (arguments, missing) in [
        (
            &["run", "--interface", &*end.name][..],
            " has no BPF ring buffer (Linux 5.8); upgrade the kernel\n",
        ),
        (&["doctor"], "problem: no BPF ring buffer (Linux 5.8); upgrade the kernel\n"),
    ] {
        let mut command = host.command(BINARY);
        command.args(arguments).env("RUST_LOG", "error");
        refuse(&mut command, bpf_cmd::BPF_PROG_LOAD, libc::EINVAL);
        let (status, said) = said(&command.output().unwrap());
        assert!(status == Some(1) && said.contains(missing), "{said}");
    }
    assert_eq!(left_behind(), Vec::<String>::new());
}

/// The doctor finds the features that Linux had by this kernel's release. A kernel without a needed one is refused
/// by the doctor and by a start, in the same words.
#[test]
fn the_doctor_finds_the_features_of_this_kernel() {
    let has = |major, minor| KernelVersion::current().unwrap() >= KernelVersion::new(major, minor, 0);
    let exchange = if cfg!(target_arch = "aarch64") { has(5, 18) } else { has(5, 12) };
    // Debian builds User-Mode Linux without types, and no such kernel has a JIT.
    let native = !fs::read_to_string("/proc/cpuinfo").unwrap().contains("User Mode Linux");
    let report = doctor();
    for (feature, here) in [
        ("kernel types", native),
        ("BPF JIT compiler", native),
        ("BPF ring buffer", true),
        ("BPF compare-and-exchange", exchange),
        ("XDP on fragmented buffers", has(5, 18)),
        ("TCX", has(6, 6)),
    ] {
        let row = report.lines().find(|line| line.starts_with(feature)).unwrap();
        let here = if here { "  yes  " } else { "  no  " };
        assert!(row.contains(here), "{row}");
    }
    let missing = [(native, TYPES), (native, JIT), (exchange, EXCHANGE)];
    let missing: Vec<_> = missing.into_iter().filter(|(here, _)| !here).map(|(_, missing)| missing).collect();
    refused(&report, &missing);
}

/// The setting is the kernel's own: no other test runs meanwhile in a virtual machine.
#[test]
#[ignore = "changes a setting of the whole kernel: in a virtual machine alone"]
fn a_kernel_whose_jit_is_off_is_refused() {
    const SETTING: &str = "/proc/sys/net/core/bpf_jit_enable";
    let before = fs::read_to_string(SETTING).unwrap();
    fs::write(SETTING, "0").unwrap();
    let report = doctor();
    refused(&report, &[JIT]);
    fs::write(SETTING, &before).unwrap();
}

/// Lockdown takes no feature, since no program reads kernel memory.
#[test]
#[ignore = "mounts securityfs: in a virtual machine alone"]
fn lockdown_is_what_the_boot_asked_for() {
    let mount = "mount -t securityfs none /sys/kernel/security";
    assert!(Command::new("sh").args(["-c", mount]).status().unwrap().success());
    let state = fs::read_to_string("/sys/kernel/security/lockdown").unwrap();
    let asked = fs::read_to_string("/proc/cmdline").unwrap().contains("lockdown=confidentiality");
    assert!(state.contains(if asked { "[confidentiality]" } else { "[none]" }), "{state}");
    if asked {
        refused(&doctor(), &[]);
    }
}

const TYPES: &str = "no kernel types (BTF, CONFIG_DEBUG_INFO_BTF=y); use a kernel that is built with \
                     CONFIG_DEBUG_INFO_BTF=y and mount /sys\n";
const JIT: &str = "no BPF JIT compiler (CONFIG_BPF_JIT=y, net.core.bpf_jit_enable=1); \
                   `sysctl -w net.core.bpf_jit_enable=1`, or use a kernel with CONFIG_BPF_JIT=y\n";
const EXCHANGE: &str = "no BPF compare-and-exchange (Linux 5.12, arm64 5.18); upgrade the kernel\n";

fn doctor() -> String {
    let (status, report) = said(&Command::new(BINARY).arg("doctor").output().unwrap());
    println!("{report}");
    let refused = !report.contains("programs: accepted by the verifier\n");
    assert_eq!(status, Some(i32::from(refused)), "{report}");
    report
}

/// Checks that the doctor names just these features, and that a start names the first of them in one line.
fn refused(report: &str, missing: &[&str]) {
    let problems = report.split_inclusive('\n').filter_map(|line| line.strip_prefix("problem: "));
    assert_eq!(problems.collect::<Vec<_>>(), missing, "{report}");
    if let Some(first) = missing.first() {
        let lab = Lab::new();
        let (host, other) = (lab.host("here"), lab.host("there"));
        let (end, _) = lab.link(&host, &other);
        let mut command = host.command(BINARY);
        command.args(["run", "--interface", &end.name]).env("RUST_LOG", "error");
        let (status, said) = said(&command.output().unwrap());
        println!("{said}");
        assert!(status == Some(1) && said.ends_with(first) && said.lines().count() == 1, "{said}");
    }
    assert_eq!(left_behind(), Vec::<String>::new());
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&*output.stdout, &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}
