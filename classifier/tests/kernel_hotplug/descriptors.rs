// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! File descriptors run out, and become available again.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use testbed::Agent;

use crate::node::{BINARY, Node, PATIENCE, assert_packets, attached, settle};

/// Fewer than the interfaces take.
const SOFT: u64 = 32;
const HARD: u64 = 2048;

/// Waits until the agent has tried to attach an interface, and tells whether it had no descriptor for it.
fn attempt(agent: &Agent, name: &str) -> bool {
    let of = format!("interface=\"{name}\"");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = agent.said();
        let mut lines = said.lines().filter(|line| line.contains(&of));
        if let Some(line) = lines.next() {
            let is_refused = line.contains("not attached") && line.contains("no file descriptor is free");
            assert!(is_refused || line.contains("attached interface"), "{line}");
            return is_refused;
        }
        assert!(Instant::now() < deadline, "{said}");
        thread::sleep(Duration::from_millis(10));
    }
}

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

    // At first less than what is open, as the request that asked is closed by then, and one descriptor more with every
    // round, until an attachment needs no second attempt: every step of it is refused once.
    let process = Pid::from_raw(agent.id().cast_signed());
    let limit = |current| Rlimit { current: Some(current), maximum: Some(HARD) };
    let mut all: Vec<_> = names.iter().map(String::as_str).collect();
    let later =
        ["late0", "late1", "late2", "late3", "late4", "late5", "late6"].map(|name| format!("lan-{name}"));
    let mut refused = 0;
    for (free, name) in (0..).zip(&later) {
        all.push(name);
        let open = agent.metrics().sum("process_open_fds", &[]);
        prlimit(process, Resource::Nofile, limit(open + free - 3)).unwrap();
        node.pair(name);
        // An agent without a free descriptor answers no request: it is the log that tells.
        refused += u64::from(attempt(&agent, name));
        prlimit(process, Resource::Nofile, limit(HARD)).unwrap();
        settle(&agent, &all);
        let (ready, reasons) = agent.ready();
        assert!(ready, "{reasons}");
        node.send(&format!("far-{name}"), 5);
        assert_packets(&agent, name, [5, 0]);
    }
    assert!((1..later.len() as u64).contains(&refused), "{refused} of {} attempts were refused", later.len());
    agent.stop();
}
