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

/// The doctor finds the features that Linux had by this kernel's release. A kernel without a needed one is refused
/// by the doctor and by a start, in the same words.
#[test]
fn the_doctor_finds_the_features_of_this_kernel() {
    let has = |major, minor| KernelVersion::current().unwrap() >= KernelVersion::new(major, minor, 0);
    let exchange = if cfg!(target_arch = "aarch64") { has(5, 18) } else { has(5, 12) };
    let (status, said) = said(&Command::new(BINARY).arg("doctor").output().unwrap());
    println!("{said}");
    assert_eq!(status, Some(i32::from(!exchange)), "{said}");
    for (feature, here) in [
        ("kernel types", true),
        ("BPF JIT compiler", true),
        ("BPF ring buffer", true),
        ("BPF compare-and-exchange", exchange),
        ("XDP on fragmented buffers", has(5, 18)),
        ("TCX", has(6, 6)),
    ] {
        let row = said.lines().find(|line| line.starts_with(feature)).unwrap();
        let here = if here { "  yes  " } else { "  no  " };
        assert!(row.contains(here), "{row}");
    }
    assert_eq!(said.contains("programs: accepted by the verifier\n"), exchange, "{said}");
    let missing = "no BPF compare-and-exchange (Linux 5.12, arm64 5.18); upgrade the kernel\n";
    assert_eq!(said.contains(&format!("problem: {missing}")), !exchange, "{said}");
    if !exchange {
        let lab = Lab::new();
        let (host, other) = (lab.host("here"), lab.host("there"));
        let (end, _) = lab.link(&host, &other);
        let mut command = host.command(BINARY);
        command.args(["run", "--interface", &end.name]).env("RUST_LOG", "error");
        let (status, said) = self::said(&command.output().unwrap());
        println!("{said}");
        assert!(status == Some(1) && said.ends_with(missing) && said.lines().count() == 1, "{said}");
    }
    assert_eq!(left_behind(), Vec::<String>::new());
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&*output.stdout, &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}
