// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces that move to another network namespace and back: only the agent's own namespace counts.

use testbed::{Agent, Host, Lab, Pins, attached_in, left_behind};

use crate::node::{BINARY, Node, assert_packets, names, packets, settle, wait, wanted};

const MODES: [&str; 2] = ["off", "native"];

/// A host with `lan0`, another namespace, and a pin directory.
struct Scene {
    node: Node,
    elsewhere: Host,
    pins: Pins,
}

impl Scene {
    fn new() -> Self {
        let (node, elsewhere) = (Node::new(), Lab::new().host("elsewhere"));
        elsewhere.sysctl("net/ipv6/conf/default/disable_ipv6", "1");
        node.pair("lan0");
        Self { node, elsewhere, pins: Pins::mounted() }
    }

    fn agent(&self, mode: &str) -> Agent {
        self.node.agent(&["-i", "lan*", "--xdp-mode", mode, "--pin-dir", &self.pins.folder("classifier")])
    }

    /// Moves `lan0` away, and sends packets across it there.
    fn away(&self) {
        self.node.ip(&format!("link set dev lan0 netns {}", self.elsewhere.path()));
        Node(self.elsewhere.clone()).ip("link set dev lan0 arp off multicast off up");
        self.node.wait_for_carrier("far");
    }

    fn back(&self) {
        Node(self.elsewhere.clone()).ip(&format!("link set dev lan0 netns {}", self.node.0.path()));
        self.node.ip("link set dev lan0 arp off multicast off up");
        self.node.wait_for_carrier("far");
    }

    /// Lists the pins of `lan0`.
    fn pinned(&self) -> Vec<String> {
        let all = self.pins.list();
        let its = all.iter().filter_map(|path| path.split_once("/interfaces/lan0/"));
        its.map(|(_, pin)| pin.to_owned()).collect()
    }

    fn end(self, agent: Agent) {
        agent.leave();
        self.node.0.run(BINARY, &["detach", "--pin-dir", &self.pins.folder("classifier")]);
        assert_eq!(left_behind(), Vec::<String>::new());
    }
}

#[test]
fn what_is_gone_is_detached_and_goes_on_when_it_returns() {
    for mode in MODES {
        let scene = Scene::new();
        let agent = scene.agent(mode);
        let pinned = scene.pinned();
        scene.node.send("far-lan0", 4);
        assert_packets(&agent, "lan0", [4, 0]);
        scene.away();
        settle(&agent, &[]);
        wait(&agent, |metrics| metrics.sum("classifier_map_entries", &[("map", "counters")]) == 0);
        assert_eq!(attached_in(&scene.elsewhere), Vec::<String>::new());
        assert_eq!(scene.pinned(), ["counters"]);
        scene.node.send("far-lan0", 8);
        scene.back();
        let metrics = settle(&agent, &["lan0"]);
        assert_eq!(packets(&metrics, "lan0"), [4, 0]);
        scene.node.send("far-lan0", 16);
        assert_packets(&agent, "lan0", [20, 0]);
        assert_eq!(scene.pinned(), pinned);
        scene.end(agent);
    }
}

/// A link tells the index of its interface, and not the namespace.
#[test]
fn an_index_that_another_interface_has_by_the_next_start_is_not_taken_for_the_one_that_moved() {
    for mode in MODES {
        let scene = Scene::new();
        let agent = scene.agent(mode);
        scene.node.send("far-lan0", 4);
        agent.leave();
        let index = scene.node.0.index("lan0");
        scene.away();
        scene.node.ip(&format!("link add lan9 index {index} type veth peer name far-lan9"));
        for end in ["lan9", "far-lan9"] {
            scene.node.ip(&format!("link set dev {end} arp off multicast off up"));
        }
        let agent = scene.agent(mode);
        let metrics = settle(&agent, &["lan9"]);
        assert_eq!((packets(&metrics, "lan0"), packets(&metrics, "lan9")), ([4, 0], [0, 0]));
        assert_eq!(wanted(&metrics), [("lan9".to_owned(), 1)].into());
        assert_eq!(attached_in(&scene.elsewhere), Vec::<String>::new());
        scene.node.send("far-lan9", 2);
        assert_packets(&agent, "lan9", [2, 0]);

        // Its index is another one now.
        scene.back();
        let metrics = settle(&agent, &["lan0", "lan9"]);
        assert_eq!((packets(&metrics, "lan0"), packets(&metrics, "lan9")), ([4, 0], [2, 0]));
        scene.node.send("far-lan0", 1);
        assert_packets(&agent, "lan0", [5, 0]);
        assert_eq!(names(&["lan0", "lan9"]).len(), wanted(&agent.metrics()).len());
        scene.end(agent);
    }
}
