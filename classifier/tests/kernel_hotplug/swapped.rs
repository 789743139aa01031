// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names that are shifted and swapped while an agent runs: counts, pins and series follow the interfaces.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use testbed::{Agent, Pins, left_behind};

use crate::node::{BINARY, Node, attached, counted, names, packets, settle, wait};

/// Creates the interfaces `lan0` to `lan2`, with 1, 10 and 100 received packets.
fn scene() -> (Node, Pins) {
    let node = Node::new();
    for name in ["lan0", "lan1", "lan2"] {
        node.pair(name);
    }
    (node, Pins::mounted())
}

fn agent(node: &Node, pins: &Pins) -> Agent {
    node.agent(&["-i", "lan*", "--pin-dir", &pins.folder("classifier")])
}

fn send_all(node: &Node) {
    for (far, count) in [("far-lan0", 1), ("far-lan1", 10), ("far-lan2", 100)] {
        node.send(far, count);
    }
}

fn ingress(agent: &Agent, names: &[&str]) -> Vec<u64> {
    let metrics = agent.metrics();
    names.iter().map(|name| packets(&metrics, name)[0]).collect()
}

/// Renames in a batch that the agent hears of at once: it is stopped meanwhile.
fn at_once(agent: &Agent, node: &Node, commands: &str) {
    let signal = |which: &str| testbed::run(Command::new("kill").args([which, &*agent.id().to_string()]));
    signal("-STOP");
    node.batch(commands);
    signal("-CONT");
}

/// Lists the pins of each interface.
fn pinned(pins: &Pins) -> Vec<String> {
    let all = pins.list();
    let counters = all.iter().filter_map(|path| path.split_once("/interfaces/"));
    let names = counters.filter_map(|(_, pin)| pin.strip_suffix("/counters"));
    let mut names: Vec<_> = names.map(ToOwned::to_owned).collect();
    names.sort();
    names
}

const SHIFT: &str = "link set dev lan2 name lan3\nlink set dev lan1 name lan2\nlink set dev lan0 name lan1\n";
const SWAP: &str = "link set dev lan0 name x\nlink set dev lan1 name lan0\nlink set dev x name lan1\n";
const ROTATE: &str = "link set dev lan0 name x\nlink set dev lan1 name lan0\nlink set dev lan2 name lan1\n\
                      link set dev x name lan2\n";

#[test]
fn counts_and_pins_follow_names_that_are_shifted_and_swapped() {
    for (commands, after, counts) in [
        (SHIFT, ["lan1", "lan2", "lan3"], [1, 10, 100]),
        (SWAP, ["lan0", "lan1", "lan2"], [10, 1, 100]),
        (ROTATE, ["lan0", "lan1", "lan2"], [10, 100, 1]),
    ] {
        for restart in [Agent::leave as fn(Agent), Agent::kill] {
            let (node, pins) = scene();
            let agent = agent(&node, &pins);
            settle(&agent, &["lan0", "lan1", "lan2"]);
            send_all(&node);
            at_once(&agent, &node, commands);
            wait(&agent, |metrics: &testbed::Samples| {
                attached(metrics) == names(&after) && packets(metrics, after[0])[0] == counts[0]
            });
            assert_eq!(ingress(&agent, &after), counts, "{commands}");
            assert_eq!(counted(&agent.metrics()), names(&after));
            assert_eq!(pinned(&pins), after, "{commands}");
            assert!(!agent.said().contains("ERROR"), "{}", agent.said());

            // The pins agree: another agent continues with them.
            restart(agent);
            send_all(&node);
            let agent = self::agent(&node, &pins);
            assert_eq!(ingress(&agent, &after), counts.map(|count| 2 * count), "{commands}");

            // A new interface has a former name, and counts from 0.
            if commands == SHIFT {
                node.pair("lan0-new");
                node.ip("link set dev lan0-new name lan0");
                settle(&agent, &["lan0", "lan1", "lan2", "lan3"]);
                assert!(agent.ready().0, "{}", agent.said());
                node.send("far-lan0-new", 7);
                assert_eq!(ingress(&agent, &["lan0", "lan1"]), [7, 2]);
            }
            agent.leave();
            node.0.run(BINARY, &["detach", "--pin-dir", &pins.folder("classifier")]);
            assert_eq!(left_behind(), Vec::<String>::new());
        }
    }
}

/// The temporary name is not wanted, and the agent sees each step: for a while the interface is not attached.
#[test]
fn counts_and_pins_follow_names_that_are_swapped_through_one_that_is_not_wanted() {
    for restart in [Agent::leave as fn(Agent), Agent::kill] {
        let (node, pins) = scene();
        let agent = || node.agent(&["-i", "lan0", "-i", "lan1", "--pin-dir", &pins.folder("classifier")]);
        let first = agent();
        settle(&first, &["lan0", "lan1"]);
        send_all(&node);
        for (step, wanted, counts) in [
            ("lan0 name x", &["lan1"] as &[_], [1, 10, 0]),
            ("lan1 name lan0", &["lan0"], [10, 0, 1]),
            ("x name lan1", &["lan0", "lan1"], [10, 1, 0]),
        ] {
            node.ip(&format!("link set dev {step}"));
            settle(&first, wanted);
            assert_eq!(ingress(&first, &["lan0", "lan1", "x"]), counts, "{step}");
        }
        assert_eq!(counted(&first.metrics()), names(&["lan0", "lan1"]));
        assert_eq!(pinned(&pins), ["lan0", "lan1"]);
        node.wait_for_carrier("far");
        send_all(&node);
        assert_eq!(ingress(&first, &["lan0", "lan1"]), [20, 2]);
        assert!(!first.said().contains("ERROR"), "{}", first.said());

        restart(first);
        send_all(&node);
        let second = agent();
        assert_eq!(ingress(&second, &["lan0", "lan1"]), [30, 3]);
        second.leave();
        node.0.run(BINARY, &["detach", "--pin-dir", &pins.folder("classifier")]);
        assert_eq!(left_behind(), Vec::<String>::new());
    }
}

/// Traces the calls of an agent that renames pins, up to the one after which it is killed: to the staging
/// directory, to the committed one, and to their new names. Returns whether that was its last.
fn renamed_until_killed(folder: &Path, renames: &[(&str, &str)], calls: usize) -> bool {
    let [staged, committed] = ["%staged", "%committed"].map(|name| folder.join(name));
    let aside = |at: &Path, (old, new): &(&str, &str)| at.join(format!("{old}%to{new}"));
    let mut all: Vec<(PathBuf, PathBuf)> =
        renames.iter().map(|one| (folder.join(one.0), aside(&staged, one))).collect();
    all.push((staged.clone(), committed.clone()));
    all.extend(renames.iter().map(|one| (aside(&committed, one), folder.join(one.1))));
    if calls > 0 {
        fs::create_dir(&staged).unwrap();
    }
    for (from, to) in all.iter().take(calls.saturating_sub(1)) {
        fs::rename(from, to).unwrap();
    }
    let is_last = calls == all.len() + 2;
    if is_last {
        fs::remove_dir(&committed).unwrap();
    }
    is_last
}

#[test]
fn names_that_were_swapped_or_rotated_are_recognised_after_a_kill_at_every_step() {
    let all = ["lan0", "lan1", "lan2"];
    let swap: &[(&str, &str)] = &[("lan0", "lan1"), ("lan1", "lan0")];
    let rotate: &[(&str, &str)] = &[("lan0", "lan2"), ("lan1", "lan0"), ("lan2", "lan1")];
    let (node, pins) = scene();
    let first = agent(&node, &pins);
    settle(&first, &all);
    send_all(&node);
    let mut counts = [1, 10, 100];
    assert_eq!(ingress(&first, &all), counts);
    first.leave();
    let interfaces = pins.list().into_iter().find(|path| path.ends_with("/interfaces")).unwrap();
    let folder = PathBuf::from(pins.folder(&interfaces));
    for (commands, renames) in [(SWAP, swap), (ROTATE, rotate)] {
        for calls in 0.. {
            node.batch(commands);
            let is_last = renamed_until_killed(&folder, renames, calls);
            match renames.len() {
                2 => counts.swap(0, 1),
                _ => counts.rotate_left(1),
            }
            let agent = agent(&node, &pins);
            assert_eq!(ingress(&agent, &all), counts, "{renames:?}, killed after {calls} calls");
            assert_eq!(pinned(&pins), all);
            agent.leave();
            if is_last {
                break;
            }
        }
    }
    node.0.run(BINARY, &["detach", "--pin-dir", &pins.folder("classifier")]);
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn one_that_leaves_while_others_shift_is_added_to_the_one_that_has_its_name() {
    let (node, pins) = scene();
    let agent = agent(&node, &pins);
    settle(&agent, &["lan0", "lan1", "lan2"]);
    send_all(&node);
    at_once(&agent, &node, "link del lan2\nlink set dev lan1 name lan2\nlink set dev lan0 name lan1\n");
    wait(&agent, |metrics: &testbed::Samples| attached(metrics) == names(&["lan1", "lan2"]));
    // The series of a name continue with the counts of the interface that left.
    assert_eq!(ingress(&agent, &["lan1", "lan2"]), [1, 110]);
    agent.kill();
    let agent = self::agent(&node, &pins);
    assert_eq!(ingress(&agent, &["lan1", "lan2"]), [1, 110]);
    agent.leave();
    node.0.run(BINARY, &["detach", "--pin-dir", &pins.folder("classifier")]);
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn an_index_and_a_name_that_are_used_again_at_once_are_counted() {
    let (node, pins) = scene();
    let mut agent = agent(&node, &pins);
    settle(&agent, &["lan0", "lan1", "lan2"]);
    send_all(&node);
    let index = node.0.index("lan0");
    at_once(
        &agent,
        &node,
        &format!(
            "link del lan0\nlink add lan0 index {index} type veth peer name far-lan0\nlink set dev lan0 arp off multicast off \
             up\nlink set dev far-lan0 arp off multicast off up\n"
        ),
    );
    agent.wait_for("its interface is gone");
    settle(&agent, &["lan0", "lan1", "lan2"]);
    node.send("far-lan0", 5);
    assert_eq!(ingress(&agent, &["lan0"]), [6]);
    agent.leave();
    node.0.run(BINARY, &["detach", "--pin-dir", &pins.folder("classifier")]);
    assert_eq!(left_behind(), Vec::<String>::new());
}
