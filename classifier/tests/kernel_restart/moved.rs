// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces that changed after the agent ended.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use testbed::{Agent, FrameSocket, Pins, left_behind};

use crate::scene::{BINARY, Scene};

const ALL: &[&str] = &["-i", "*"];

fn agent(scene: &Scene) -> Agent {
    scene.counted.agent(BINARY, &[ALL, &["--pin-dir", &scene.folder()]].concat())
}

fn send(scene: &Scene, count: usize) {
    scene.send(count).join().unwrap();
}

fn received(agent: &Agent, interface: &str) -> u64 {
    agent.metrics().sum("classifier_packets_total", &[("interface", interface), ("direction", "ingress")])
}

fn rename(scene: &Scene, from: &str, to: &str) {
    scene.counted.run("ip", &["link", "set", "dev", from, "name", to]);
}

#[test]
fn one_that_was_renamed_goes_on_under_its_new_name() {
    let scene = Scene::new();
    let name = scene.here.name.clone();
    agent(&scene).leave();
    send(&scene, 30);
    rename(&scene, &name, "renamed.7");
    send(&scene, 12);
    let agent = agent(&scene);
    assert_eq!((received(&agent, "renamed.7"), received(&agent, &name)), (42, 0));
    send(&scene, 3);
    assert_eq!(received(&agent, "renamed.7"), 45);
    agent.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn two_that_have_changed_names_keep_their_own_counts() {
    let scene = Scene::new();
    let (other, far) = scene.wire();
    let sender = FrameSocket::open(&scene.sender, &far);
    agent(&scene).leave();
    send(&scene, 30);
    (0..7).for_each(|_| sender.send(&[0; 60]).unwrap());
    let (one, two) = (&scene.here.name, &other.name);
    rename(&scene, one, "aside");
    rename(&scene, two, one);
    rename(&scene, "aside", two);
    let agent = agent(&scene);
    assert_eq!((received(&agent, two), received(&agent, one)), (30, 7));
    agent.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn one_that_is_gone_has_its_counts_and_goes_on_when_it_returns() {
    let scene = Scene::new();
    let (other, far) = scene.wire();
    let name = other.name.clone();
    let sender = FrameSocket::open(&scene.sender, &far);
    agent(&scene).leave();
    (0..7).for_each(|_| sender.send(&[0; 60]).unwrap());
    scene.counted.run("ip", &["link", "delete", &name]);
    let first = agent(&scene);
    assert_eq!(received(&first, &name), 7);
    assert_eq!(first.metrics().of("classifier_interface_info", &[("interface", &name)]).count(), 0);
    first.leave();

    // Another interface with that name, under another index.
    let (again, far) = scene.wire();
    rename(&scene, &again.name, &name);
    let second = agent(&scene);
    let sender = FrameSocket::open(&scene.sender, &far);
    (0..5).for_each(|_| sender.send(&[0; 60]).unwrap());
    assert_eq!(received(&second, &name), 12);
    second.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn one_that_leaves_and_returns_while_an_agent_runs_is_pinned_as_it_is() {
    let scene = Scene { pins: Pins::mounted(), ..Scene::new() };
    let (other, _far) = scene.wire();
    let name = other.name.clone();
    let agent = agent(&scene);
    let pinned = || {
        let all = scene.pins.list();
        let of = all.iter().filter_map(|path| path.split_once(&format!("interfaces/{name}/")));
        // The counts of the earlier interface with that name are its base.
        of.map(|(_, pin)| pin.to_owned()).filter(|pin| pin != "base").collect::<Vec<_>>()
    };
    let until = |expected: &[&str]| {
        let deadline = Instant::now() + Duration::from_secs(10);
        while pinned() != expected {
            assert!(Instant::now() < deadline, "{:?}, not {expected:?}: {}", pinned(), agent.said());
            sleep(Duration::from_millis(10));
        }
    };
    for _ in 0..2 {
        until(&["counters", "egress_tcx", "ingress_tcx"]);
        scene.counted.run("ip", &["link", "delete", &name]);
        until(&["counters"]);
        let (again, _far) = scene.wire();
        rename(&scene, &again.name, &name);
    }
    until(&["counters", "egress_tcx", "ingress_tcx"]);
    agent.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn one_that_is_no_longer_wanted_is_detached_and_keeps_its_counts() {
    let scene = Scene::new();
    let (other, far) = scene.wire();
    let sender = FrameSocket::open(&scene.sender, &far);
    agent(&scene).leave();
    (0..7).for_each(|_| sender.send(&[0; 60]).unwrap());
    let agent = scene.agent("auto");
    assert_eq!(received(&agent, &other.name), 7);
    sender.send(&[0; 60]).unwrap();
    send(&scene, 3);
    assert_eq!((received(&agent, &other.name), received(&agent, &scene.here.name)), (7, 3));
    agent.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

/// A change between two hooks is not atomic: packets meanwhile cross one of them or none, and never both.
#[test]
fn another_hook_goes_on_with_the_same_counters() {
    let scene = Scene::new();
    let name = &scene.here.name;
    let mut sent = 0;
    for mode in ["off", "native", "generic", "auto"] {
        let agent = scene.agent(mode);
        assert_eq!(received(&agent, name), sent, "{mode}");
        send(&scene, 30);
        sent += 30;
        assert_eq!(received(&agent, name), sent, "{mode}");
        agent.leave();
    }
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}
