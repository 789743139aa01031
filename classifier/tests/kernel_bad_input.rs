// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Failing starts: one line with the thing, the cause and the remedy, exit status 1, and nothing left
//! attached.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy takes only functions that are marked for tests"
)]

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output},
};

use testbed::{Host, Lab, Tun, attached_in, left_behind};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Exit status of `timeout` for a command that ran too long.
const TIMED_OUT: i32 = 124;

/// Runs the agent by way of `wrapper`, and expects this error.
fn fails(host: &Host, wrapper: &[&str], arguments: &[&str], words: &[&str]) {
    let before = attached_in(host);
    let words_of_command = [wrapper, &["timeout", "30", BINARY, "run"], arguments].concat();
    let mut command = host.command(words_of_command[0]);
    command.args(&words_of_command[1..]).env("RUST_LOG", "error");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("classifier: ") && said.lines().count() == 1, "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} in: {said}");
    println!("{}", said.trim_end());
    assert_eq!(attached_in(host), before, "attached by a start that failed");
    assert_eq!(left_behind(), Vec::<String>::new());
}

fn two_hosts(lab: &Lab) -> (Host, Host, String) {
    let (here, there) = (lab.host("here"), lab.host("there"));
    let (end, _) = lab.link(&here, &there);
    (here, there, end.name)
}

/// A missing interface is an error by name; matches of a pattern may appear later.
#[test]
fn an_unknown_interface_is_named() {
    let lab = Lab::new();
    let (host, _there, name) = two_hosts(&lab);
    let words = ["interface `nic9`", "does not exist", "`ip link`"];
    fails(&host, &[], &["-i", "nic9"], &words);
    fails(&host, &[], &["-i", &name, "-i", "nic9"], &words);
    host.agent(BINARY, &["-i", "nic*"]).stop();
}

/// A user without any capability, and root without one of the needed ones.
#[test]
fn missing_privileges_are_named() {
    let lab = Lab::new();
    let (host, _there, name) = two_hosts(&lab);
    // Others may not read the directory that the binary was built in.
    let copy = std::env::temp_dir().join(format!("classifier-bad-input-{}", std::process::id()));
    fs::copy(BINARY, &copy).unwrap();
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
    let mut command = host.command(nobody[0]);
    command.args(&nobody[1..]).arg(&copy).args(["run", "-i", &name]).env("RUST_LOG", "error");
    let output = command.output().unwrap();
    fs::remove_file(&copy).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("missing CAP_BPF+CAP_NET_ADMIN+CAP_PERFMON: run as root"), "{said}");

    for (dropped, missing) in [
        ("-net_admin", "missing CAP_NET_ADMIN:"),
        ("-sys_admin,-bpf", "missing CAP_BPF:"),
        ("-sys_admin,-perfmon", "missing CAP_PERFMON:"),
    ] {
        let wrapper = ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped, "--"];
        fails(&host, &wrapper, &["-i", &name], &[missing, "run as root", "AmbientCapabilities="]);
    }
}

/// Another process has the port.
#[test]
fn a_taken_port_is_named() {
    let lab = Lab::new();
    let (host, _there, name) = two_hosts(&lab);
    let taken = host.enter(|| TcpListener::bind("127.0.0.1:9877")).unwrap();
    fails(&host, &[], &["-i", &name], &["127.0.0.1:9877", "in use", "--listen"]);
    drop(taken);
}

/// A TUN device has no native XDP: on request, that is an error, also after another interface could be
/// attached; `auto` works without.
#[test]
fn an_interface_that_refuses_is_named_and_auto_does_without() {
    let lab = Lab::new();
    let (host, _there, name) = two_hosts(&lab);
    let _tun = Tun::raw_ip(&host, "tun0");
    let words = ["interface `tun0` refuses native XDP", "not supported", "--xdp-mode auto"];
    fails(&host, &[], &["-i", "tun0", "--xdp-mode", "native"], &words);
    fails(&host, &[], &["-i", &name, "-i", "tun0", "--xdp-mode", "native"], &words);

    let agent = host.agent(BINARY, &["-i", "tun0"]);
    let info = agent.metrics();
    assert_eq!(info.of("classifier_interface_info", &[("ingress", "tcx")]).count(), 1);
    assert!(agent.said().contains("software device") || agent.said().contains("tun"), "{}", agent.said());
    agent.stop();
}

/// Another XDP program has the hook: native XDP is an error, and the other program stays; `auto` works
/// without.
#[test]
fn a_taken_xdp_hook_is_named_and_left_alone() {
    let lab = Lab::new();
    let (host, _there, name) = two_hosts(&lab);
    let other = host.agent(BINARY, &["-i", &name, "--xdp-mode", "native"]);
    let words = [&format!("interface `{name}` refuses native XDP"), "another XDP program", "--xdp-mode off"];
    let arguments = ["-i", &name, "--xdp-mode", "native", "-l", "127.0.0.1:9878"];
    let held = attached_in(&host);
    let mut command = host.command(BINARY);
    let output = command.arg("run").args(arguments).env("RUST_LOG", "error").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(words.iter().all(|word| said.contains(*word)), "{words:?} in: {said}");
    assert_eq!(attached_in(&host), held);
    other.stop();
}

/// Without the kernel's types nothing is loaded: one line names them, and the doctor says the same. The directory
/// of the types is empty in the mount namespace of the command.
#[test]
fn a_kernel_without_types_is_named() {
    for (arguments, beginning) in [("run -i nic9 -l 127.0.0.1:0", "classifier: "), ("doctor", "kernel: ")] {
        let script = format!("mount -t tmpfs none /sys/kernel/btf && exec {BINARY} {arguments}");
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-ec", &script]).env("RUST_LOG", "error");
        let output = command.env("CLASSIFIER_PIN_DIR", "none").output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.code() == Some(1) && said.starts_with(beginning), "{said}");
        let missing = "no kernel types (BTF, CONFIG_DEBUG_INFO_BTF=y); use a kernel that is built with";
        assert_eq!(said.lines().filter(|line| line.contains(missing)).count(), 1, "{said}");
    }
    assert_eq!(left_behind(), Vec::<String>::new());
}

/// The doctor names missing privileges, and the features that it cannot probe without them.
#[test]
fn the_doctor_names_missing_privileges() {
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-all", "--inh-caps", "-all", BINARY, "doctor"]);
    let output = command.output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let problem = "problem: missing CAP_BPF+CAP_NET_ADMIN+CAP_PERFMON: run as root";
    assert!(said.contains(problem) && said.contains("  unknown  "), "{said}");
}

/// The kernel runs out of memory at any point of a start: the start fails, in one line, and leaves nothing.
/// strace injects the error, since a memory limit kills the process before it refuses a map.
#[test]
fn a_start_that_runs_out_of_memory_leaves_nothing() {
    let lab = Lab::new();
    let (host, _there, name) = two_hosts(&lab);
    for call in 1.. {
        let inject = format!("inject=bpf:error=ENOMEM:when={call}+");
        let within = |seconds: &&str| {
            let mut command = host.command("timeout");
            command.args(["--signal=INT", seconds, "strace", "-f", "-qq", "-e", "signal=none"]);
            command.args(["-o", "/dev/null", "-e", "trace=bpf", "-e", &inject, BINARY, "run", "-i", &name]);
            command.env("RUST_LOG", "error").output().unwrap()
        };
        // A failure so late that the time limit strikes has no status: the limit is raised.
        let is_told = |output: &Output| output.status.code() != Some(TIMED_OUT) || output.stderr.is_empty();
        let outputs = ["2", "8", "32"].iter().map(within);
        let output = outputs.into_iter().find(is_told).expect("half a minute is enough to fail");
        let said = String::from_utf8_lossy(&output.stderr);
        println!("call {call}: {}", said.trim_end());
        assert_eq!(attached_in(&host), Vec::<String>::new(), "call {call}");
        if output.status.code() != Some(1) {
            assert!(said.is_empty(), "call {call}: {said}");
            assert!(call > 30, "only {call} calls to the kernel");
            break;
        }
        assert!(said.starts_with("classifier: ") && said.lines().count() == 1, "call {call}: {said}");
        assert!(said.contains("the kernel has no memory for"), "call {call}: {said}");
    }
    assert_eq!(left_behind(), Vec::<String>::new());
}
