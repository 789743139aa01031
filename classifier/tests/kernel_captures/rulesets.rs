// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rulesets from public captures: the kernel accepts each of them, and firewalld and ufw do.

use std::{path::Path, process::Command};

use testbed::{
    Lab,
    firewalls::{Firewalld, Ufw},
    servers::Folder,
};

use crate::public::captures;

/// Writes a ruleset from a capture. Refusals are overridden: no capture shows a remote login.
fn ruleset(file: &Path, format: &str, output: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["report", "--format", format, "--output", output, "--force", "--pcap"]).arg(file);
    command.env_remove("RUST_LOG").env_remove("CLASSIFIER_CONFIG");
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", file.display());
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_kernel_accepts_the_ruleset_of_every_public_capture() {
    let (host, files) = (Lab::new().host("rulesets"), Folder::new("rulesets"));
    let mut wrong = Vec::new();
    for file in captures() {
        let checks = [
            ("nft", "nft", &["-c", "-f"][..]),
            ("iptables", "iptables-restore", &["--test"][..]),
            ("iptables", "ip6tables-restore", &["--test"][..]),
        ];
        let [nft, iptables] =
            ["nft", "iptables"].map(|format| files.write(format, ruleset(&file, format, "closed")));
        for (format, check, arguments) in checks {
            let path = if format == "nft" { &nft } else { &iptables };
            let output = host.command(check).args(arguments).arg(path).output().expect("it runs");
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                wrong.push(format!("{}, {check}: {said}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn firewalld_and_ufw_accept_the_files_of_every_public_capture() {
    let host = Lab::new().host("frontends");
    let files = captures();
    let zones = files.iter().map(|file| ruleset(file, "firewalld", "open"));
    let zones: Vec<_> = (0..).map(|nth: u32| format!("z{nth}")).zip(zones).collect();
    Firewalld::new(&host, &zones).check().unwrap_or_else(|complaint| panic!("{complaint}"));
    for file in files {
        let profiles = ruleset(&file, "ufw", "open");
        let checked = Ufw::new(&host, &profiles).dry_run("app list");
        checked.unwrap_or_else(|complaint| panic!("{}: {complaint}", file.display()));
    }
}
