//! File descriptors run out, and become available again.

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use testbed::Agent;

use crate::node::{BINARY, Node, assert_packets, attached, settle, wait};

/// Fewer than the interfaces take.
const SOFT: u64 = 32;
const HARD: u64 = 2048;

#[test]
fn the_soft_limit_is_raised_and_an_interface_for_which_no_descriptor_is_left_is_attached_later() {
    let node = Node::new();
    let names: Vec<_> = (0..20).map(|number| format!("lan{number}")).collect();
    for name in &names {
        node.pair(name);
    }
    let mut command = node.0.command("prlimit");
    command.args([&format!("--nofile={SOFT}:{HARD}"), BINARY, "run", "-i", "lan*"]);
    let agent = Agent::begin(&node.0, command).when_ready();
    let metrics = agent.metrics();
    assert_eq!(attached(&metrics).len(), names.len());
    let open = metrics.sum("process_open_fds", &[]);
    assert!(open > SOFT, "{open} descriptors, and the soft limit was {SOFT}");
    assert_eq!(metrics.sum("process_max_fds", &[]), HARD);

    let process = Pid::from_raw(agent.id().cast_signed());
    let limit = |current| Rlimit { current: Some(current), maximum: Some(HARD) };
    // The requesting connection is closed by then: a descriptor is left for another one, but not for counters
    // and two links.
    prlimit(process, Resource::Nofile, limit(open)).unwrap();
    node.pair("lan99");
    wait(&agent, |_| {
        let (ready, reasons) = agent.ready();
        !ready && reasons.contains("no file descriptor is free")
    });
    prlimit(process, Resource::Nofile, limit(HARD)).unwrap();
    let all: Vec<_> = names.iter().map(String::as_str).chain(["lan99"]).collect();
    settle(&agent, &all);
    assert!(agent.ready().0);
    node.send("far-lan99", 5);
    assert_packets(&agent, "lan99", [5, 0]);
    agent.stop();
}
