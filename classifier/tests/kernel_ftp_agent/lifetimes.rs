// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Unused entries expire.

use std::{fs, time::Instant};

use testbed::{Agent, ahead};

use crate::{
    BINARY,
    watched::{both_until, until},
    wire::{Control, FRAMES, Wire},
};

#[test]
fn an_announcement_that_nobody_uses_expires() {
    let wire = Wire::new();
    let agents = wire.agents(&[], "[ftp]\nendpoint_ttl = \"2s\"\n");
    let mut sessions = [50_000, 50_001, 50_002].map(|port| Control::open(&wire, port));
    let [passive, completed, active] = &mut sessions;
    passive.say("C> PASV\nS> 227 ok (10,0,0,2,156,64)");
    completed.passive_behind_a_hole(40_001);
    active.say("C> PORT 10,0,0,1,156,66");
    both_until(&agents, &[("learned pasv", 2), ("endpoints", 3), ("by agent", 1)]);
    both_until(&agents, &[("endpoints", 0), ("removed expired", 2)]);
    wire.data((1, 51_000), (2, 40_000));
    wire.data((1, 51_000), (2, 40_001));
    wire.data((2, 51_000), (1, 40_002));
    both_until(&agents, &[("packets tcp_other", 3 * FRAMES), ("data", 0), ("removed expired", 2)]);
    agents.into_iter().for_each(Agent::stop);
}

/// A day for an agent in a time namespace, and 3 seconds for the programs.
#[test]
fn a_time_namespace_shifts_no_lifetime_and_no_age() {
    const DAY: u32 = 86_400;
    let wire = Wire::new();
    let mut command = wire.hosts[1].command(BINARY);
    let configuration = wire.files.write("ahead.toml", "[ftp]\nendpoint_ttl = \"3s\"\n");
    command.args(["run", "-i", &wire.ends[1].name, "--config", &configuration]);
    ahead(&mut command, DAY);
    let agent = Agent::begin(&wire.hosts[1], command).when_ready();
    let of = |process: &str| fs::read_link(format!("/proc/{process}/ns/time")).expect("a namespace");
    assert_ne!(of(&agent.id().to_string()), of("self"));

    let mut session = Control::open(&wire, 50_000);
    session.say("C> PASV\nS> 227 ok (10,0,0,2,156,64)");
    let learned = Instant::now();
    until(&agent, &[("learned pasv", 1), ("endpoints", 1), ("sessions", 1)]);
    // By the clock of another process, which is not shifted.
    for how in [0, DAY] {
        let mut status = wire.hosts[1].command(BINARY);
        status.args(["status", "--format", "json"]);
        ahead(&mut status, how);
        let status: serde_json::Value =
            serde_json::from_slice(&status.output().expect("it runs").stdout).expect("JSON");
        let text = status.to_string();
        let ages: Vec<f64> = text
            .match_indices("_seconds\":")
            .filter_map(|(at, key)| text[at + key.len()..].split([',', '}']).next()?.parse().ok())
            .collect();
        assert!(!ages.is_empty() && ages.iter().all(|age| (0.0..300.0).contains(age)), "{text}");
    }
    until(&agent, &[("endpoints", 0), ("removed expired", 1)]);
    assert!(learned.elapsed().as_secs() >= 2, "it expired after {:?}", learned.elapsed());
    agent.stop();
}
