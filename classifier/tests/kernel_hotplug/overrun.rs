// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! More events of interfaces than the socket's buffer holds.

use std::{ffi::OsStr, fmt::Write as _, os::unix::ffi::OsStrExt as _};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};

use classifier::{hotplug::Times, snapshot::SnapshotSource as _};

use crate::{
    library::{follow, until},
    node::{Node, settle, wait},
};

#[test]
fn what_was_not_heard_is_listed_and_counted() {
    const PAIRS: usize = 20;
    let node = Node::new();
    // The buffer holds a few messages, and is not read meanwhile.
    follow(&node.0, "lan*", Times::default(), 8 << 10, async |live| {
        for number in 0..PAIRS {
            node.pair(&format!("lan{number}"));
        }
        node.ip("link del lan0");
        let all = until(&live, |snapshot| snapshot.interfaces.len() == PAIRS - 1).await;
        assert!(all.hotplug.overruns > 0);
        assert!(all.interfaces.iter().all(|one| one.ingress == "tcx"));
        assert_eq!(all.hotplug.wanted.len(), PAIRS - 1, "older than the list, and read after it");
        assert!(live.readiness().ready, "{:?}", live.readiness().reasons);
        node.pair("lan99");
        until(&live, |snapshot| snapshot.interfaces.len() == PAIRS).await;
    });
}

#[test]
fn a_name_that_is_not_utf_8_is_an_interface_and_hides_no_other() {
    let node = Node::new();
    let add = |name: &[u8]| {
        let mut command = node.0.command("ip");
        let peer = format!("far{}", name.len());
        command
            .args(["link", "add", "name"])
            .arg(OsStr::from_bytes(name))
            .args(["type", "veth", "peer", &peer]);
        testbed::run(&mut command);
    };
    add(b"lan\xff1");
    node.pair("lan2");
    follow(&node.0, "lan*", Times::default(), 8 << 20, async |live| {
        let all = until(&live, |snapshot| snapshot.interfaces.iter().any(|one| one.name == "lan2")).await;
        assert_eq!(all.hotplug.wanted.len(), 2);
        add(b"lan\xfe33");
        node.pair("lan4");
        let all = until(&live, |snapshot| snapshot.interfaces.iter().any(|one| one.name == "lan4")).await;
        assert_eq!(all.hotplug.wanted.len(), 4);
        let readiness = live.readiness();
        let attached = readiness.interfaces.iter().map(|one| one.name.as_str());
        let said: Vec<_> = attached.chain(readiness.reasons.iter().map(String::as_str)).collect();
        for name in [r"lan\xff1", r"lan\xfe33"] {
            assert!(said.iter().any(|line| line.contains(name)), "{said:?}");
        }
    });
}

/// The list that an overrun requires is refused for lack of a descriptor, as when memory is short.
#[test]
fn interfaces_are_followed_again_after_a_list_that_was_refused() {
    let node = Node::new();
    node.pair("lan0");
    let mut agent = node.agent(&["-i", "lan*"]);
    settle(&agent, &["lan0"]);
    let process = Pid::from_raw(agent.id().cast_signed());
    let set = |limit: Option<u64>| {
        let limit = Rlimit { current: limit, ..getrlimit(Resource::Nofile) };
        prlimit(process, Resource::Nofile, limit).unwrap();
    };
    kill_process(process.unwrap(), Signal::STOP).unwrap();
    let mut commands = String::new();
    for change in 0..12_000 {
        writeln!(commands, "link set dev lan0 mtu {}", 1400 + change % 2).unwrap();
    }
    node.batch(&commands);
    // Its first three descriptors are open, so that there is no fourth.
    set(Some(3));
    kill_process(process.unwrap(), Signal::CONT).unwrap();
    agent.wait_for("interfaces are not followed");
    agent.wait_for("no file descriptor is free");
    node.pair("lan1");
    set(getrlimit(Resource::Nofile).current);
    let metrics = wait(&agent, |metrics| {
        metrics.sum("classifier_background_task_restarts_total", &[("task", "interfaces")]) > 0
            && agent.ready().0
    });
    assert!(metrics.sum("classifier_netlink_overruns_total", &[]) > 0);
    settle(&agent, &["lan0", "lan1"]);
    agent.stop();
}
