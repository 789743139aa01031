// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces that come and go.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Host};

use crate::scene::Scene;

const NAMES: [&str; 5] = ["come0", "come1", "come2", "come3", "come4"];

/// Adds and removes interfaces until a moment, at last adds all of them. Returns the number of changes.
pub fn run(scene: &Scene, until: Instant) -> usize {
    let router = &scene.network.router;
    let mut present: Vec<&str> = NAMES.into_iter().filter(|name| has(router, name)).collect();
    let mut changes = 0;
    while Instant::now() < until {
        let name = NAMES[fastrand::usize(..NAMES.len())];
        if let Some(at) = present.iter().position(|other| *other == name) {
            router.run("ip", &["link", "del", "dev", name]);
            present.swap_remove(at);
        } else {
            add(router, name);
            present.push(name);
        }
        changes += 1;
        thread::sleep(Duration::from_millis(fastrand::u64(500..3000)));
    }
    for name in NAMES.into_iter().filter(|name| !present.contains(name)) {
        add(router, name);
    }
    changes
}

/// Waits until the agent has attached all of them.
pub fn settle(agent: &Agent) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let is_attached =
        |name: &&str| agent.metrics().sum("classifier_interface_attached", &[("interface", name)]) == 1;
    while !NAMES.iter().all(is_attached) {
        assert!(Instant::now() < deadline, "an interface is never attached: {}", agent.said());
        thread::sleep(Duration::from_millis(100));
    }
}

fn has(host: &Host, name: &str) -> bool {
    host.run("ip", &["-oneline", "link"]).contains(&format!(": {name}@"))
}

fn add(host: &Host, name: &str) {
    let far = format!("far-{name}");
    host.run("ip", &["link", "add", name, "type", "veth", "peer", "name", &far]);
    for end in [name, &far] {
        host.run("ip", &["link", "set", "dev", end, "arp", "off", "multicast", "off", "up"]);
    }
}
