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
