//! Features that this kernel has, and kernels that lack some.

use std::process::{Command, Output};

use aya::util::KernelVersion;
use aya_obj::generated::bpf_cmd;
use classifier_common::host::HostTables;
use testbed::{Lab, Running, left_behind};

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
    let mut agent = Running::start(command);
    agent.wait_for("serving metrics");
    assert_eq!(info_of(&receiver, &to.name, "tc", "tc"), 1, "{}", agent.said());
    let tables = HostTables::default();
    for (direction, host, end) in [("ingress", &sender, &from), ("egress", &receiver, &to)] {
        let expected = send(host, end, &tables);
        compare(&receiver, direction, &expected);
    }
    stop(&mut agent);
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

/// The doctor finds the features that Linux had by this kernel's release.
#[test]
fn the_doctor_finds_the_features_of_this_kernel() {
    let is_there = |release| if KernelVersion::current().unwrap() < release { "no" } else { "yes" };
    let (status, said) = said(&Command::new(BINARY).arg("doctor").output().unwrap());
    assert_eq!(status, Some(0), "{said}");
    let xdp = is_there(KernelVersion::new(5, 18, 0));
    for (feature, here) in [
        ("kernel types", "yes"),
        ("BPF JIT compiler", "yes"),
        ("BPF ring buffer", "yes"),
        ("BPF compare-and-exchange", "yes"),
        ("XDP on fragmented buffers", xdp),
        ("TCX", is_there(KernelVersion::new(6, 6, 0))),
    ] {
        let row = said.lines().find(|line| line.starts_with(feature)).unwrap();
        assert!(row.contains(&format!("  {here}  ")), "{row}");
    }
    assert!(said.contains("programs: accepted by the verifier\n"), "{said}");
    assert_eq!(left_behind(), Vec::<String>::new());
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&*output.stdout, &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}
