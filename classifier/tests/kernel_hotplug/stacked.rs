// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bridges and their members: by default no packet is counted twice, for any changes of membership.

use crate::node::{Node, assert_packets, packets, settle};

#[test]
fn a_bridge_is_counted_while_it_has_no_member() {
    let node = Node::new();
    node.bridge("br0");
    node.ip("link set dev br0 arp off multicast off up");
    let agent = node.agent(&[]);
    settle(&agent, &["br0"]);
    node.send("br0", 3);
    assert_packets(&agent, "br0", [0, 3]);

    node.pair("lan0");
    settle(&agent, &["br0", "far-lan0", "lan0"]);
    node.ip("link set dev lan0 master br0");
    let metrics = settle(&agent, &["far-lan0", "lan0"]);
    assert_eq!(packets(&metrics, "br0"), [0, 3], "final");
    // Egress of the bridge is egress of its member, and ingress of the pair's other end.
    let before = packets(&metrics, "lan0");
    node.send("br0", 10);
    let metrics = agent.metrics();
    assert_eq!(packets(&metrics, "lan0"), [before[0], before[1] + 10]);
    assert_eq!(packets(&metrics, "br0"), [0, 3]);

    node.ip("link set dev lan0 nomaster");
    settle(&agent, &["br0", "far-lan0", "lan0"]);
    node.send("br0", 1);
    assert_packets(&agent, "br0", [0, 4]);
    agent.stop();
}

#[test]
fn naming_interfaces_overrides_the_rule() {
    let node = Node::new();
    node.bridge("br0");
    node.pair("lan0");
    node.ip("link set dev lan0 master br0");
    let agent = node.agent(&["-i", "br0", "-i", "lan*"]);
    settle(&agent, &["br0", "lan0"]);
    agent.stop();
}

#[test]
fn an_exclusion_wins_over_a_name_now_and_after_a_reload() {
    let node = Node::new();
    for name in ["lan0", "lan1"] {
        node.pair(name);
    }
    node.ip("link property add dev lan1 altname office");
    let agent = node.agent(&["-i", "lan*", "-i", "office", "--interface-exclude", "lan0"]);
    settle(&agent, &["lan1"]);
    agent.stop();
    let agent = node.agent(&["-i", "lan*", "--interface-exclude", "office,far*"]);
    settle(&agent, &["lan0"]);
    node.ip("link property del dev lan1 altname office");
    settle(&agent, &["lan0", "lan1"]);
    agent.stop();
}
