// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! One interface that appears, changes, leaves and returns.

use testbed::{attached_in, left_behind};

use crate::node::{Node, assert_packets, attached, counted, names, packets, settle, wanted};

#[test]
fn an_interface_is_counted_to_the_packet_from_its_coming_to_its_return() {
    let node = Node::new();
    let mut agent = node.agent(&["-i", "lan*"]);
    assert_eq!(attached(&agent.metrics()), names(&[]));

    node.pair("lan0");
    settle(&agent, &["lan0"]);
    node.send("far-lan0", 100);
    node.send("lan0", 7);
    assert_packets(&agent, "lan0", [100, 7]);

    // Its counts follow a rename, and no series is left under the old name.
    node.ip("link set dev lan0 name lan1");
    let metrics = settle(&agent, &["lan1"]);
    assert_eq!(packets(&metrics, "lan1"), [100, 7]);
    assert_eq!(counted(&metrics), names(&["lan1"]));

    node.ip("link set dev lan1 down");
    node.ip("link set dev lan1 mtu 1400");
    node.ip("link set dev lan1 up");
    node.send("far-lan0", 10);
    assert_eq!(packets(&settle(&agent, &["lan1"]), "lan1"), [110, 7]);
    assert_eq!(
        agent.said().matches("INFO classifier::hotplug::state: attached").count(),
        1,
        "{}",
        agent.said()
    );

    // Final values; the agent is unready only if a name was asked for.
    node.ip("link del lan1");
    let metrics = settle(&agent, &[]);
    assert_eq!(packets(&metrics, "lan1"), [110, 7]);
    assert!(agent.ready().0);

    // The counts continue, with any index, and for an interface that was created with the name or renamed to
    // it.
    node.pair("lan1");
    settle(&agent, &["lan1"]);
    node.send("far-lan1", 5);
    assert_packets(&agent, "lan1", [115, 7]);
    node.ip("link del lan1");
    settle(&agent, &[]);
    node.pair("lan5");
    settle(&agent, &["lan5"]);
    node.send("far-lan5", 1);
    node.ip("link set dev lan5 name lan1");
    let metrics = settle(&agent, &["lan1"]);
    assert_eq!(packets(&metrics, "lan1"), [116, 7]);
    node.send("far-lan5", 1);
    assert_packets(&agent, "lan1", [117, 7]);

    // An unselected name is not counted, and the counts of the other name stay.
    node.ip("link set dev lan1 name wan1");
    agent.wait_for("it is no longer wanted");
    node.send("far-lan5", 3);
    let metrics = settle(&agent, &[]);
    assert_eq!((counted(&metrics), packets(&metrics, "lan1")), (names(&["lan1"]), [117, 7]));
    assert_eq!(metrics.sum("classifier_unattributed_packets_total", &[]), 0);
    assert_eq!(attached_in(&node.0), Vec::<String>::new());
    agent.stop();
}

#[test]
fn a_plain_name_is_waited_for_once_it_was_there() {
    let node = Node::new();
    node.pair("lan0");
    let agent = node.agent(&["-i", "lan0"]);
    node.ip("link del lan0");
    settle(&agent, &[]);
    let (ready, reasons) = agent.ready();
    assert!(!ready && reasons.contains("interface `lan0` does not exist"), "{reasons}");
    assert_eq!(wanted(&agent.metrics()), [("lan0".to_owned(), 0)].into());
    node.pair("lan0");
    settle(&agent, &["lan0"]);
    assert!(agent.ready().0);
    agent.stop();
    assert_eq!(left_behind(), Vec::<String>::new());
}
