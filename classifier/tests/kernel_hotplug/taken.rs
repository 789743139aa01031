//! Hooks that another program has, takes away, and gives back.

use std::process::Command;

use testbed::Agent;

use crate::node::{BINARY, Node, attached, names, packets, settle, wait};

/// Numbers of the links that an agent's programs hang on, by bpftool.
fn links(agent: &Agent) -> Vec<String> {
    let metrics = agent.metrics();
    let programs: Vec<_> =
        metrics.of("classifier_program_info", &[]).map(|program| program.label("id").to_owned()).collect();
    let listed = testbed::run(Command::new("bpftool").args(["--json", "link"]));
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let of = listed.as_array().unwrap().iter();
    let of = of.filter(|link| programs.contains(&link["prog_id"].to_string()));
    of.map(|link| link["id"].to_string()).collect()
}

fn failures(agent: &Agent, name: &str) -> u64 {
    agent.metrics().sum("classifier_interface_attach_failures_total", &[("interface", name)])
}

#[test]
fn an_xdp_hook_that_another_has_is_taken_once_it_is_free() {
    let node = Node::new();
    node.pair("wan0");
    let other = ["run", "-i", "?an0", "--xdp-mode", "native", "-l", "127.0.0.1:9999"];
    let mut other = node.0.spawn(BINARY, &other);
    other.wait_for("serving metrics");
    let agent = node.agent(&["-i", "lan*", "--xdp-mode", "native"]);
    node.ip("link set dev wan0 name lan0");
    wait(&agent, |_| failures(&agent, "lan0") >= 2);
    let (ready, reasons) = agent.ready();
    assert!(!ready && reasons.contains("`lan0` refuses native XDP"), "{reasons}");
    assert!(reasons.contains("another XDP program is attached there"), "{reasons}");
    let metrics = agent.metrics();
    assert_eq!(metrics.sum("classifier_interfaces_wanted", &[]), 1);
    assert_eq!(
        (attached(&metrics), metrics.sum("classifier_map_entries", &[("map", "counters")])),
        (names(&[]), 0)
    );
    assert_eq!(agent.said().matches("not attached").count(), 1, "{}", agent.said());

    other.interrupt();
    settle(&agent, &["lan0"]);
    assert!(agent.ready().0);
    node.send("far-wan0", 10);
    assert_eq!(packets(&agent.metrics(), "lan0"), [10, 0]);
    agent.stop();
}

#[test]
fn a_program_that_is_detached_from_outside_is_attached_again() {
    let node = Node::new();
    node.pair("lan0");
    for mode in ["auto", "native"] {
        let agent = node.agent(&["-i", "lan0", "--xdp-mode", mode]);
        node.send("far-lan0", 10);
        let links = links(&agent);
        assert_eq!(links.len(), 2, "{links:?}");
        let status = Command::new("bpftool").args(["link", "detach", "id", &links[0]]).status().unwrap();
        assert!(status.success());
        // A scrape has it looked at, and not more often than every five seconds.
        wait(&agent, |_| agent.said().contains("a program was detached from outside, attaching it again"));
        let metrics = settle(&agent, &["lan0"]);
        assert_eq!(packets(&metrics, "lan0"), [10, 0]);
        node.send("far-lan0", 10);
        assert_eq!(packets(&agent.metrics(), "lan0"), [20, 0]);
        assert_eq!(self::links(&agent).len(), 2);
        assert_eq!(failures(&agent, "lan0"), 0);
        assert_eq!(attached(&agent.metrics()), names(&["lan0"]));
        agent.stop();
    }
}
