// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every refused policy file: exit status 2, and one line with position, key, cause and remedy.

use std::process::{Command, Output};

use crate::written::Written;

/// Files, each followed by its error after `=>`, separated by empty lines.
const REFUSED: &str = include_str!("golden/policy_refusals.txt");

fn check(policy: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["run", "--check", "--policy", policy]).args(more).output().expect("the command starts")
}

fn refused(text: impl AsRef<[u8]>, complaint: &str) {
    let file = Written::new(text);
    fails(file.path(), &format!("{}:{complaint}", file.path()));
}

fn fails(path: &str, line: &str) {
    let output = check(path, &[]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("classifier: {line}\n"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_policy_that_cannot_be_meant() {
    for case in REFUSED.trim_end().split("\n\n") {
        let (text, complaint) = case.split_once("\n=> ").unwrap();
        refused(text, complaint);
    }
}

#[test]
fn a_policy_that_cannot_be_read() {
    let remedy = "give a readable file with --policy";
    let why = "No such file or directory (os error 2)";
    fails("/nowhere/p.toml", &format!("cannot read the policy file /nowhere/p.toml: {why}; {remedy}"));
    let long = Written::new(vec![b' '; (1 << 20) + 1]);
    let path = long.path();
    fails(path, &format!("cannot read the policy file {path}: longer than 1 MiB; {remedy}"));
    let why = "not a regular file";
    fails("/dev/zero", &format!("cannot read the policy file /dev/zero: {why}; {remedy}"));
    refused(b"\n# \xff", "2:3: not UTF-8; save the file in UTF-8");
}

#[test]
fn rules_and_prefixes_too_many() {
    let rule = |name: &str, more: &str| format!("[[rule]]\nname = '{name}'\naction = 'drop'\n{more}");
    let rules: String = (0..65).map(|nth| rule(&format!("r{nth}"), "")).collect();
    let why = "one rule too many: a policy has at most 64; put some of them into one";
    refused(format!("default = 'accept'\n{rules}"), &format!("194:1: `rule`: {why}"));
    let prefixes: Vec<_> =
        (0..16_385_u32).map(|nth| format!("'10.{}.{}.0/24'", nth >> 8, nth & 255)).collect();
    let from = format!("from = [{}]\n", prefixes.join(","));
    let why = "16385 prefixes up to this rule: a policy has at most 16384; write shorter ones";
    refused(format!("default = 'accept'\n{}", rule("a", &from)), &format!("2:1: `rule`: {why}"));
}

#[test]
fn protocols_are_those_of_the_configuration() {
    let policy = Written::new(
        "default = 'drop'\n[[rule]]\nname = 'a'\naction = 'accept'\nprotocol = ['submission', 'non_ip']\n",
    );
    let config = Written::new("[[port]]\nprotocol = 'submission'\ntransport = 'tcp'\nports = [587]\n");
    let output = check(policy.path(), &["--config", config.path()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let output = check(policy.path(), &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(":5:13: `rule.protocol`: `submission` is not a protocol; write a value"), "{said}");
}
