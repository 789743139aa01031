// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests that `cargo xtask vm` also runs on older kernels, where a start takes seconds: few starts, and no
//! tools of the host's.

use std::{
    fs::File,
    os::fd::AsRawFd as _,
    sync::{Arc, atomic::Ordering},
};

use aya::programs::tc::qdisc_add_clsact;
use testbed::{Agent, Running, attached_in, left_behind, servers::Folder, without_bpffs};

use crate::scene::{BINARY, Scene, assert_continues, counters};

#[test]
fn counting_outlives_agents_at_tc() {
    outlived("off", &[Agent::kill, Agent::leave]);
}

#[test]
fn counting_outlives_agents_at_native_xdp() {
    outlived("native", &[Agent::kill]);
}

/// Tests ends of agents, each followed by a start, the last one with another layout, while packets cross:
/// none is missed or counted twice.
fn outlived(mode: &str, ends: &[fn(Agent)]) {
    let (scene, folder) = (Scene::new(), Folder::new("restart"));
    // It changes the size of a pinned map.
    let smaller = folder.write("smaller.toml", "[ftp]\nmax_sessions = 1024\n");
    let mut agent = scene.agent(mode);
    let over = Arc::default();
    let sent = scene.send_until(&over);
    let mut last = counters(&agent.metrics());
    for (number, end) in ends.iter().enumerate() {
        end(agent);
        assert_ne!(attached_in(&scene.counted), Vec::<String>::new(), "the kernel goes on counting");
        let flags = ["--config", &*smaller];
        agent = scene.agent_with(mode, if number + 1 == ends.len() { &flags } else { &[] });
        let seen = counters(&agent.metrics());
        assert_continues(&last, &seen);
        last = seen;
    }
    agent.wait_for("taking over pinned counters of another layout");
    over.store(true, Ordering::Relaxed);
    let each = sent.join().unwrap();
    let metrics = agent.metrics();
    for (protocol, role) in [("udp_other", "none"), ("smtp", "to_server"), ("imap", "from_server")] {
        let labels = [("direction", "ingress"), ("protocol", protocol), ("role", role)];
        assert_eq!(metrics.sum("classifier_packets_total", &labels), each, "{protocol}");
    }
    let ingress = metrics.sum("classifier_packets_total", &[("direction", "ingress")]);
    assert_eq!(ingress, scene.counted.traffic(&scene.here.name).rx_packets, "the interface's own counter");
    assert_eq!(metrics.sum("classifier_unattributed_packets_total", &[]), 0);
    agent.leave();
    assert_eq!(scene.detach(), format!("no longer counted: {}\n", scene.here.name));
    assert_eq!(attached_in(&scene.counted), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
    assert_eq!(scene.pins.list(), Vec::<String>::new());
}

/// Without a bpf filesystem the agent mounts one, here within a mount namespace. The qdisc, which it uses on
/// old kernels, belongs to others: it stays.
#[test]
fn a_bpf_filesystem_is_mounted_where_it_is_missing() {
    let scene = Scene::new();
    scene.counted.enter(|| qdisc_add_clsact(&scene.here.name)).unwrap();
    let before = attached_in(&scene.counted);
    assert_eq!(before, [format!("{}: clsact", scene.here.name)]);
    let mut command = scene.counted.command(BINARY);
    command.args(["run", "-i", &scene.here.name, "--xdp-mode", "off"]).env_remove("RUST_LOG");
    without_bpffs(command.args(["--pin-dir", "/sys/fs/bpf/classifier"]));
    let mut agent = Running::start(command);
    agent.wait_for("serving metrics");
    agent.wait_for("mounted the bpf filesystem at=\"/sys/fs/bpf\"");
    agent.wait_for("pins are lost with the container");
    let mounted = File::open(format!("/proc/{}/root/sys/fs/bpf", agent.id())).unwrap();
    assert_eq!(agent.interrupt().code(), Some(0), "{}", agent.said());
    let folder = format!("/proc/{}/fd/{}/classifier", std::process::id(), mounted.as_raw_fd());
    let detached = scene.counted.run(BINARY, &["detach", "--pin-dir", &folder]);
    assert_eq!(detached, format!("no longer counted: {}\n", scene.here.name));
    assert_eq!(attached_in(&scene.counted), before);
    assert_eq!(left_behind(), Vec::<String>::new());
}
