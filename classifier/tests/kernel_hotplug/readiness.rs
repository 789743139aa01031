// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `/-/ready` is 200 only while every wanted interface counts: after each 200, a packet goes into each
//! present interface.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use testbed::{Agent, attached_in};

use crate::node::{BINARY, Node, packets};

/// Consecutive answers of 200 that end a check.
const ENOUGH: usize = 15;

struct Scene {
    node: Node,
    agent: Agent,
    /// Packets that went into each interface after a 200.
    sent: BTreeMap<String, u64>,
}

impl Scene {
    /// Starts an agent without waiting for it.
    fn begin(node: Node, mode: &str, interfaces: &[&str]) -> Self {
        let mut command = node.0.command(BINARY);
        command.args(["run", "-i", "lan*", "--xdp-mode", mode]);
        let agent = Agent::begin(&node.0, command);
        Self { node, agent, sent: interfaces.iter().map(|name| ((*name).to_owned(), 0)).collect() }
    }

    /// Requests until the answer stays 200, and returns the number of other answers.
    fn look(&mut self) -> usize {
        let deadline = Instant::now() + Duration::from_mins(1);
        let (mut in_a_row, mut refusals) = (0, 0);
        while in_a_row < ENOUGH {
            assert!(Instant::now() < deadline, "{}", self.agent.said());
            if !self.agent.is_ready() {
                (in_a_row, refusals) = (0, refusals + 1);
                continue;
            }
            in_a_row += 1;
            for (name, sent) in &mut self.sent {
                self.node.send(&format!("far-{name}"), 1);
                *sent += 1;
            }
        }
        refusals
    }

    /// Asserts that every packet after a 200 was counted, and no other was received.
    fn all_counted(&self, after: &str) {
        let metrics = self.agent.metrics();
        for (name, sent) in &self.sent {
            assert_eq!(packets(&metrics, name)[0], *sent, "{name}, after {after}");
        }
    }

    fn add(&mut self, name: &str) {
        self.node.pair(name);
        self.sent.entry(name.to_owned()).or_default();
    }

    /// Detaches the nth link of the agent by bpftool.
    fn detach(&self, nth: usize) {
        let listed = testbed::run(Command::new("bpftool").args(["--json", "link"]));
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let metrics = self.agent.metrics();
        let programs: Vec<_> =
            metrics.of("classifier_program_info", &[]).map(|one| one.label("id")).collect();
        let links = listed.as_array().unwrap().iter();
        let links = links.filter(|link| programs.contains(&&*link["prog_id"].to_string()));
        let links: Vec<_> = links.map(|link| link["id"].to_string()).collect();
        let link = &links[nth % links.len()];
        assert!(Command::new("bpftool").args(["link", "detach", "id", link]).status().unwrap().success());
    }
}

#[test]
fn ready_is_never_said_while_an_interface_counts_nothing() {
    for mode in ["off", "native"] {
        let node = Node::new();
        for name in ["lan0", "lan1"] {
            node.pair(name);
        }
        let mut scene = Scene::begin(node, mode, &["lan0", "lan1"]);
        // A quick start is ready before it is asked.
        scene.look();
        scene.all_counted("the start");
        for number in 2..8 {
            scene.add(&format!("lan{number}"));
            scene.look();
            scene.all_counted("another one came");
        }
        for number in [2, 4, 6] {
            let name = format!("lan{number}");
            scene.node.ip(&format!("link del {name}"));
            scene.add(&name);
            scene.look();
            scene.all_counted("one left and another came by its name");
        }
        for nth in [0, 5, 11] {
            scene.detach(nth);
            assert!(scene.look() > 0, "a program is gone, and it is ready");
            scene.all_counted("a program was detached");
        }
        // Renames leave no interface uncounted.
        scene
            .node
            .batch("link set dev lan0 name lanx\nlink set dev lan1 name lan0\nlink set dev lanx name lan1\n");
        scene.look();
        let host = scene.node.0.clone();
        scene.agent.stop();
        assert_eq!(attached_in(&host), Vec::<String>::new());
    }
}
