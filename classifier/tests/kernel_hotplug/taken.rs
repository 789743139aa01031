// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hooks that another program takes, and gives back.

use std::{process::Command, thread, time::Duration};

use classifier::hotplug::Times;
use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, Pins};

use crate::node::{BINARY, Node, assert_packets, attached, names, packets, settle, wait, wanted};

/// Lists the numbers of an agent's links, by bpftool.
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
    assert_eq!(wanted(&metrics), [("lan0".to_owned(), 0)].into());
    assert_eq!(
        (attached(&metrics), metrics.sum("classifier_map_entries", &[("map", "counters")])),
        (names(&[]), 0)
    );
    assert_eq!(agent.said().matches("not attached").count(), 1, "{}", agent.said());

    other.interrupt();
    settle(&agent, &["lan0"]);
    assert!(agent.ready().0);
    node.send("far-wan0", 10);
    assert_packets(&agent, "lan0", [10, 0]);
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
        // A scrape triggers the check, at most every five seconds.
        wait(&agent, |_| agent.said().contains("another tool has detached a program; attaching it again"));
        let metrics = settle(&agent, &["lan0"]);
        assert_eq!(packets(&metrics, "lan0"), [10, 0]);
        node.send("far-lan0", 10);
        assert_packets(&agent, "lan0", [20, 0]);
        assert_eq!(self::links(&agent).len(), 2);
        assert_eq!(failures(&agent, "lan0"), 0);
        assert_eq!(attached(&agent.metrics()), names(&["lan0"]));
        agent.stop();
    }
}

#[test]
fn another_program_that_came_first_is_said_and_a_reload_or_a_restart_comes_before_it() {
    let node = Node::new();
    node.pair("lan0");
    let pins = Pins::mounted();
    let folder = pins.folder("classifier");
    let arguments = ["-i", "lan0", "--pin-dir", &folder];
    let agent = node.agent(&arguments);
    let other = || {
        let arguments = ["run", "-i", "lan0", "-l", "127.0.0.1:9999", "--pin-dir", ""];
        let mut other = node.0.spawn(BINARY, &arguments);
        other.wait_for("serving metrics");
        let (ready, reasons) = agent.ready();
        let said = "interface `lan0`: another TC program runs before the classifier on ingress and egress";
        assert!(!ready && reasons.contains(said), "{reasons}");
        other
    };
    let mut first = other();
    wait(&agent, |_| agent.said().contains("another TC program runs before"));
    node.send("far-lan0", 5);
    let process = Pid::from_raw(agent.id().cast_signed()).unwrap();
    kill_process(process, Signal::HUP).unwrap();
    wait(&agent, |_| agent.ready().0);
    assert_eq!(agent.said().matches("another TC program runs before").count(), 1, "{}", agent.said());
    node.send("far-lan0", 5);
    assert_packets(&agent, "lan0", [10, 0]);
    first.interrupt();

    let mut second = other();
    agent.leave();
    // The helper waits until the agent is ready.
    let agent = node.agent(&arguments);
    node.send("far-lan0", 5);
    assert_packets(&agent, "lan0", [15, 0]);
    second.interrupt();
    agent.leave();
    node.0.run(BINARY, &["detach", "--pin-dir", &folder]);
}

#[test]
fn without_capabilities_no_look_is_a_warning_and_a_detached_link_is_seen() {
    let node = Node::new();
    node.pair("lan0");
    let pins = Pins::mounted();
    let folder = pins.folder("classifier");
    let mut agent = node.agent(&["-i", "lan0", "--pin-dir", &folder, "--capabilities", "none"]);
    agent.wait_for("is not noticed");
    assert_eq!(agent.said().matches("is not noticed").count(), 1, "{}", agent.said());
    settle(&agent, &["lan0"]);
    thread::sleep(Times::default().look + Duration::from_millis(500));
    settle(&agent, &["lan0"]);
    assert!(agent.ready().0);
    assert!(!agent.said().contains("cannot list the attached programs"), "{}", agent.said());
    let status = Command::new("bpftool").args(["link", "detach", "id", &links(&agent)[0]]).status().unwrap();
    assert!(status.success());
    let (ready, reasons) = agent.ready();
    assert!(!ready && reasons.contains("interface `lan0` has lost a program"), "{reasons}");
    agent.leave();
    node.0.run(BINARY, &["detach", "--pin-dir", &folder]);
}
