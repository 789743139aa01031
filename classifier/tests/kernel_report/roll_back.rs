// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The script of the docs rolls a ruleset back, unless it is kept.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use testbed::{Host, servers::Folder};

use crate::rulesets::host;

const PAGE: &str = include_str!("../../../docs/report.md");

/// Returns the script, with a shorter time and another file.
fn script(keep: &str) -> String {
    let mut blocks = PAGE.split("```\n");
    let script = blocks.find(|block| block.starts_with("#!/bin/sh\n")).expect("the script");
    let script = script.replace("sleep 60", "sleep 2").replace("/run/keep-ruleset", keep);
    assert!(script.contains("sleep 2") && script.contains(keep));
    script
}

fn is_loaded(host: &Host) -> bool {
    host.run("nft", &["list", "tables"]).contains("inet classifier_host")
}

#[test]
fn the_script_removes_the_ruleset_unless_it_is_kept() {
    let (host, files) = (host(), Folder::new("roll-back"));
    let keep = files.join("keep");
    let script = files.write("roll-back.sh", script(&keep));
    let ruleset = files.write("rules.nft", include_str!("../agent/golden/report.nft"));
    host.run("sh", &[&script, &ruleset]);
    assert!(is_loaded(&host));
    let deadline = Instant::now() + Duration::from_secs(20);
    while is_loaded(&host) {
        assert!(Instant::now() < deadline, "it is never rolled back");
        thread::sleep(Duration::from_millis(50));
    }
    host.run("sh", &[&script, &ruleset]);
    fs::write(&keep, "").expect("it is ours");
    thread::sleep(Duration::from_secs(4));
    assert!(is_loaded(&host), "it is kept");
}

/// Returns the commands in the header of a ruleset that is stored in a file. Saved rules are in a folder.
fn commands(ruleset: &str, file: &str, folder: &Folder) -> Vec<String> {
    let lines: Vec<_> = ruleset.lines().filter_map(|line| line.strip_prefix("#   ")).collect();
    let text = lines.join("\n").replace("\\\n", "").replace("FILE", file).replace("/run/", &folder.join(""));
    text.lines().map(str::to_owned).collect()
}

/// Without a service manager the timer's command is run by hand.
#[test]
fn the_headers_of_rulesets_load_them_and_roll_them_back() {
    let (host, files) = (host(), Folder::new("headers"));
    let shell = |line: &str| host.run("sh", &["-c", line]);
    let timer =
        "systemd-run --unit=classifier-roll-back --on-active=60 --timer-property=AccuracySec=1s --collect ";
    let keep = "systemctl stop classifier-roll-back.timer";

    let nft = include_str!("../agent/golden/report.nft");
    let [after, load, stop] = &commands(nft, &files.write("rules.nft", nft), &files)[..] else {
        panic!("{nft}")
    };
    shell(load);
    assert!(is_loaded(&host) && stop == keep);
    shell(after.strip_prefix(timer).expect("a timer"));
    assert!(!is_loaded(&host));

    let iptables = include_str!("../agent/golden/report.iptables");
    let file = files.write("rules.iptables", iptables);
    let [save, after, load, stop] = &commands(iptables, &file, &files)[..] else { panic!("{iptables}") };
    let is_closed = || ["iptables-save", "ip6tables-save"].map(|save| shell(save).contains(":INPUT DROP"));
    shell("iptables -P INPUT ACCEPT; ip6tables -P INPUT ACCEPT");
    shell(save);
    shell(load);
    assert!(is_closed() == [true, true] && stop == keep);
    shell(after.strip_prefix(timer).expect("a timer"));
    assert_eq!(is_closed(), [false, false]);
}
