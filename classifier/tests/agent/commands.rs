// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Exit status and messages of the command.

use std::{
    net::TcpListener,
    process::{Command, Output},
};

use clap::CommandFactory as _;
use classifier::cli::Cli;

fn classifier(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(arguments).env_remove("RUST_LOG").envs(environment.iter().copied());
    command.output().expect("the command starts")
}

fn assert_fails(output: &Output, status: i32, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(said.starts_with("classifier: ") && said.lines().count() == 1, "{said}");
    assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} in: {said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn bad_usage_is_one_line_and_exit_2() {
    for (arguments, parts) in [
        (&[][..], &["no command is given", "--help"][..]),
        (&["fly"], &["'fly'", "--help"]),
        (&["run", "--egress"], &["'--egress'", "--no-egress", "--help"]),
        (&["status", "--format", "xml"], &["'xml'", "text, json"]),
        (&["run", "--xdp-mode", "fast"], &["'fast'", "auto, native, generic, off"]),
        (&["run", "-l", "127.0.0.256:80"], &["`127.0.0.256:80`", "invalid", "IP:PORT"]),
        (&["run", "-l", "localhost"], &["`localhost`", "invalid: the port is missing", "HOST:PORT"]),
        (&["run", "--user", "no:such:user"], &["`no:such:user`", "does not exist"]),
        (&["run", "--web.telemetry-path", "metrics"], &["`metrics`", "start with `/`", "/metrics"]),
        (&["run", "-i", "a/b"], &["interface `a/b`", "'/'", "ip link"]),
        (&["run", "-i", "eth0", "-i", "eth0"], &["`eth0`", "twice", "leave one out"]),
    ] {
        assert_fails(&classifier(arguments, &[]), 2, parts);
    }
}

#[test]
fn a_bad_environment_is_bad_usage() {
    for (name, value, parts) in [
        ("RUST_LOG", "classifier=chatty", &["RUST_LOG", "`classifier=chatty`"]),
        ("CLASSIFIER_LISTEN", "127.0.0.1:1,nowhere", &["`nowhere`", "IP:PORT"]),
        ("CLASSIFIER_XDP_MODE", "fast", &["'fast'", "auto, native"]),
        ("CLASSIFIER_NO_EGRESS", "perhaps", &["'perhaps'", "--no-egress"]),
    ] {
        assert_fails(&classifier(&["run"], &[(name, value)]), 2, parts);
    }
}

/// The test sets every variable of a flag, of any type.
#[test]
fn an_empty_variable_is_an_unset_one() {
    let command = Cli::command();
    let arguments = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let variables = arguments.chain(command.get_arguments()).filter_map(clap::Arg::get_env);
    let empty: Vec<_> = variables.map(|name| (name.to_str().expect("a name"), "")).collect();
    assert!(empty.len() > 20, "{empty:?}");
    let checked = classifier(&["run", "--check"], &empty);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    // `none` disables the pin directory; an empty variable leaves the default one.
    assert_fails(
        &classifier(&["report"], &[("CLASSIFIER_PIN_DIR", "none")]),
        2,
        &["--pin-dir is empty", "a pin directory"],
    );
    let report = classifier(&["report"], &empty);
    let said = String::from_utf8_lossy(&report.stderr);
    assert!(report.status.success() || said.contains("/sys/fs/bpf/classifier"), "{said}");
}

#[test]
fn a_taken_port_is_one_line_and_exit_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let parts = [address.as_str(), "in use", "--listen"];
    assert_fails(&classifier(&["run", "-l", &address], &[]), 1, &parts);

    let verbose = classifier(&["run", "-v", "--web.listen-address", &address], &[]);
    let said = String::from_utf8_lossy(&verbose.stderr).into_owned();
    assert!(said.lines().nth(1).is_some_and(|line| line.starts_with("  because: ")), "{said}");
}

#[test]
fn help_names_what_exists_and_only_that() {
    let help = String::from_utf8(classifier(&["--help"], &[]).stdout).unwrap();
    assert!(help.contains("run ") && help.contains("status ") && help.contains("pcap "), "{help}");
    let run = classifier(&["run", "--help"], &[]);
    assert!(run.status.success());
    let help = String::from_utf8(run.stdout).unwrap();
    for flag in [
        "--interface",
        "--listen",
        "--web.listen-address",
        "--web.telemetry-path",
        "--xdp-mode",
        "--xdp-avoid",
        "--no-egress",
        "--config",
        "CLASSIFIER_LISTEN",
    ] {
        assert!(help.contains(flag), "{flag} in\n{help}");
    }
}

#[test]
fn the_version_names_the_commit() {
    let version = classifier(&["--version"], &[]);
    let text = String::from_utf8(version.stdout).unwrap();
    assert_eq!(text.trim(), format!("classifier {} ({})", env!("CARGO_PKG_VERSION"), classifier::REVISION));
}

#[test]
fn every_command_has_a_man_page_and_every_shell_its_completions() {
    let folder = std::env::temp_dir().join(format!("classifier-man-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.to_str().expect("a path in UTF-8");
    let written = classifier(&["man", path], &[]);
    let pages = std::fs::read_dir(&folder).unwrap().map(|page| page.unwrap().file_name());
    let mut pages: Vec<_> = pages.map(|name| name.into_string().unwrap()).collect();
    let run = std::fs::read_to_string(folder.join("classifier-run.1"));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(written.status.success() && written.stdout.is_empty());
    pages.sort();
    let commands = ["completions", "detach", "doctor", "man", "pcap", "report", "run", "status", "top"];
    let expected = commands.map(|command| format!("classifier-{command}.1")).into_iter();
    assert_eq!(
        pages,
        expected.chain(["classifier.1", "classifier.toml.5"].map(str::to_owned)).collect::<Vec<_>>()
    );
    let run = run.unwrap();
    assert!(
        run.contains("CLASSIFIER_LISTEN") && run.contains("Listen address of the metrics endpoint"),
        "{run}"
    );

    let bash = classifier(&["completions", "bash"], &[]);
    assert!(bash.status.success() && String::from_utf8_lossy(&bash.stdout).contains("--xdp-mode"));
    assert_fails(&classifier(&["completions", "csh"], &[]), 2, &["'csh'", "bash", "zsh"]);
}
