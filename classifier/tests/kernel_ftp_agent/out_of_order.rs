// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announcements after a gap are completed by the agent, on either hook.

use std::{thread, time::Duration};

use testbed::Agent;

use crate::{
    watched::{both_until, learn_times, until},
    wire::{Control, FRAMES, Wire},
};

/// Ports that are announced before the used ones.
const PORTS: std::ops::Range<u16> = 40_000..40_500;
const MANY: u64 = (PORTS.end - PORTS.start) as u64;

#[test]
fn announcements_behind_a_hole_are_learned_at_both_ends() {
    println!("{}", announcements_behind_a_hole_are_learned(&[]));
}

#[test]
fn announcements_behind_a_hole_are_learned_by_native_xdp() {
    println!("{}", announcements_behind_a_hole_are_learned(&["--xdp-mode", "native"]));
}

/// Runs the test, and returns the time to learn.
fn announcements_behind_a_hole_are_learned(options: &[&str]) -> String {
    let wire = Wire::new();
    let agents = wire.agents(options, "");
    let mut control = Control::open(&wire, 50_000);
    for port in PORTS {
        control.passive_behind_a_hole(port);
        thread::sleep(Duration::from_millis(3));
    }
    for agent in &agents {
        // The next one replaces each.
        until(agent, &[("by agent", MANY), ("learned pasv", MANY), ("removed replaced", MANY - 1)]);
        until(agent, &[("endpoints", 1), ("lost", 0), ("rejected unsolicited", 0), ("by kernel", 0)]);
    }
    let [client, server] = agents.each_ref().map(learn_times);
    their_data_is_counted(&wire, &mut control, &agents);
    agents.into_iter().for_each(Agent::stop);
    format!("learned by the agent, {options:?}: at the client {client}; at the server {server}")
}

fn their_data_is_counted(wire: &Wire, control: &mut Control<'_>, agents: &[Agent; 2]) {
    control.passive_behind_a_hole(41_000);
    both_until(agents, &[("by agent", MANY + 1)]);
    // A data connection of another host, and one to another port.
    wire.data((3, 51_000), (2, 41_000));
    wire.data((1, 51_000), (2, 41_001));
    wire.data((1, 51_000), (2, 41_000));
    both_until(agents, &[("data passive", FRAMES), ("packets ftp_data_passive", FRAMES)]);
    control.say("C[+6]>> PORT 10,0,0,1,156,64\\r\\n\nC> NOOP\nC skip 22");
    both_until(agents, &[("by agent", MANY + 2)]);
    wire.data((2, 52_000), (1, 40_000));
    both_until(agents, &[("data active", FRAMES), ("learned port", 1), ("data passive", FRAMES)]);
    both_until(agents, &[("packets tcp_other", 2 * FRAMES), ("endpoints", 0), ("removed closed", 2)]);
}
