//! Bridges and their members: by default no packet is counted twice, whatever joins and leaves.

use crate::node::{Node, packets, settle};

#[test]
fn a_bridge_is_counted_while_it_has_no_member() {
    let node = Node::new();
    node.ip("link add br0 type bridge");
    node.ip("link set dev br0 arp off multicast off up");
    let agent = node.agent(&[]);
    settle(&agent, &["br0"]);
    node.send("br0", 3);
    assert_eq!(packets(&agent.metrics(), "br0"), [0, 3]);

    node.pair("lan0");
    settle(&agent, &["br0", "far-lan0", "lan0"]);
    node.ip("link set dev lan0 master br0");
    let metrics = settle(&agent, &["far-lan0", "lan0"]);
    assert_eq!(packets(&metrics, "br0"), [0, 3], "final");
    // Out of the bridge is out of its member, and into the other end of the pair.
    let before = packets(&metrics, "lan0");
    node.send("br0", 10);
    let metrics = agent.metrics();
    assert_eq!(packets(&metrics, "lan0"), [before[0], before[1] + 10]);
    assert_eq!(packets(&metrics, "br0"), [0, 3]);

    node.ip("link set dev lan0 nomaster");
    settle(&agent, &["br0", "far-lan0", "lan0"]);
    node.send("br0", 1);
    assert_eq!(packets(&agent.metrics(), "br0"), [0, 4], "it goes on");
    agent.stop();
}

#[test]
fn naming_interfaces_overrides_the_rule() {
    let node = Node::new();
    node.ip("link add br0 type bridge");
    node.pair("lan0");
    node.ip("link set dev lan0 master br0");
    let agent = node.agent(&["-i", "br0", "-i", "lan*"]);
    settle(&agent, &["br0", "lan0"]);
    agent.stop();
}
