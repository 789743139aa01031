// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The commands in the header of a ruleset, under systemd.

use std::{fs, thread, time::Duration};

use crate::scene::Scene;

/// Time after which the timer removes the ruleset, instead of a minute.
const SECONDS: u64 = 3;

/// Returns the commands: the timer, the load, and the stop of the timer. The ruleset is in this file.
fn commands(ruleset: &str, file: &str) -> [String; 3] {
    let lines = ruleset.lines().filter_map(|line| line.strip_prefix("#   "));
    let lines = lines.map(|line| line.replace("FILE", file)).collect::<Vec<_>>();
    let [timer, load, stop]: [String; 3] = lines.try_into().expect("three commands");
    let soon = timer.replace("--on-active=60", &format!("--on-active={SECONDS}"));
    assert_ne!(soon, timer);
    [soon, load, stop]
}

/// Each command has a terminal of its own, which ends with it.
pub fn a_timer_removes_the_ruleset_unless_it_is_stopped(scene: &Scene) {
    let ruleset = include_str!("../agent/golden/report.nft");
    fs::write(scene.system.path().join("root/rules.nft"), ruleset).expect("a file");
    let [timer, load, stop] = commands(ruleset, "/root/rules.nft");
    let shell = |line: &str| scene.machine.run(&["sh", "-c", line]);
    let is_loaded = |scene: &Scene| scene.machine.does(&["nft", "list", "table", "inet", "classifier_host"]);

    // Twice: the first timer leaves no unit that would refuse the second.
    for _ in 0..2 {
        shell(&timer);
        shell(&load);
        assert!(is_loaded(scene));
        scene.wait_until("removed the ruleset", |scene| !is_loaded(scene));
    }
    shell(&timer);
    shell(&load);
    shell(&stop);
    thread::sleep(Duration::from_secs(SECONDS + 2));
    assert!(is_loaded(scene), "a stopped timer has removed the ruleset");
    scene.machine.run(&["nft", "delete", "table", "inet", "classifier_host"]);
}
