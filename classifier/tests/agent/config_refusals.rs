// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every refused configuration file: exit status 2, and one line with position, key, cause and remedy.

use std::{
    fs,
    process::{Command, Stdio},
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::written::Written;

/// Files, each followed by its error after `=>`, separated by empty lines.
const REFUSED: &str = include_str!("golden/config_refusals.txt");

/// Asserts that the command fails with this error about the file.
fn refused(text: impl AsRef<[u8]>, complaint: &str) {
    let file = Written::new(text);
    fails(file.path(), &format!("{}:{complaint}", file.path()));
}

/// Asserts that a file fails even if a flag overrides its setting.
fn fails(path: &str, line: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.stdin(Stdio::piped()).args([
        "run",
        "--config",
        path,
        "--listen",
        "127.0.0.1:0",
        "--interface",
        "nic9",
    ]);
    let output = command.args(["--xdp-mode", "auto", "--no-egress"]).output().expect("the command starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("classifier: {line}\n"));
    assert_eq!(output.status.code(), Some(2));
}

fn table(protocol: &str, port: usize) -> String {
    format!("[[port]]\nprotocol = '{protocol}'\ntransport = 'tcp'\nports = [{port}]\n")
}

#[test]
fn a_file_that_cannot_be_meant() {
    for case in REFUSED.trim_end().split("\n\n") {
        let (text, complaint) = case.split_once("\n=> ").unwrap();
        refused(text, complaint);
    }
}

#[test]
fn a_file_that_cannot_be_read() {
    let remedy = "give a readable file with --config";
    let pipe = Written::new("");
    fs::remove_file(pipe.path()).expect("it is ours");
    mknodat(CWD, pipe.path(), FileType::Fifo, Mode::RWXU, 0).expect("its name is free");
    for (path, why) in [
        ("/nowhere/c.toml", "No such file or directory (os error 2)"),
        ("/proc", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        // Name of a pipe in a shell: `--config <(command)`. A reload could not read it again.
        ("/dev/fd/0", "not a regular file"),
        (pipe.path(), "not a regular file"),
    ] {
        fails(path, &format!("cannot read the configuration file {path}: {why}; {remedy}"));
    }
    let long = Written::new(vec![b' '; (1 << 20) + 1]);
    let path = long.path();
    fails(path, &format!("cannot read the configuration file {path}: longer than 1 MiB; {remedy}"));
    refused(b"\n# \xff", "2:3: not UTF-8; save the file in UTF-8");
}

#[test]
fn protocols_without_ports() {
    let why = "is counted without ports and cannot have any; choose another name";
    for fixed in ["tcp_other", "udp_other", "ip_other", "fragment", "non_ip", "malformed", "icmp", "icmpv6"] {
        refused(table(fixed, 1), &format!("2:12: `port.protocol`: `{fixed}` {why}"));
    }
}

#[test]
fn a_name_too_many() {
    let tables: String = (1..=33).map(|nth| table(&format!("p{nth}"), nth)).collect();
    let why =
        "`p33` is one name too many: at most 32 names can be added; give some of the ports the same name";
    refused(tables, &format!("130:12: `port.protocol`: {why}"));
}
