//! Every configuration file that is refused: exit status 2, and one line with the place, the key, the cause
//! and the remedy.

use std::process::Command;

use crate::written::Written;

/// Files, each followed by what is said of it behind `=>`, an empty line between them.
const REFUSED: &str = include_str!("golden/config_refusals.txt");

/// The command fails with exactly this about the file.
fn refused(text: impl AsRef<[u8]>, complaint: &str) {
    let file = Written::new(text);
    fails(file.path(), &format!("{}:{complaint}", file.path()));
}

/// What a flag overrides must be right too.
fn fails(path: &str, line: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["run", "--config", path, "--listen", "127.0.0.1:0", "--interface", "nic9"]);
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
    let remedy = "give one that can be read with --config";
    for (path, why) in [
        ("/nowhere/c.toml", "No such file or directory (os error 2)"),
        ("/proc", "Is a directory (os error 21)"),
    ] {
        fails(path, &format!("cannot read the configuration file {path}: {why}; {remedy}"));
    }
    let too_long = "is longer than 1 MiB, which no configuration is; give another file with --config";
    fails("/dev/zero", &format!("/dev/zero {too_long}"));
    refused(b"\n# \xff", "2:3: not UTF-8; save the file in that encoding");
}

#[test]
fn protocols_without_ports() {
    let why = "is what is counted without a port and takes none; choose another name";
    for fixed in ["tcp_other", "udp_other", "ip_other", "fragment", "non_ip", "malformed", "icmp", "icmpv6"] {
        refused(table(fixed, 1), &format!("2:12: `port.protocol`: `{fixed}` {why}"));
    }
}

#[test]
fn a_name_too_many() {
    let tables: String = (1..=33).map(|nth| table(&format!("p{nth}"), nth)).collect();
    let why = "`p33` is one name too many: 32 can be added; put some of the ports under one name";
    refused(tables, &format!("130:12: `port.protocol`: {why}"));
}
