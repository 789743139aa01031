// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! More announcements than capacity.

use testbed::Agent;

use crate::{
    watched::both_until,
    wire::{Control, FRAMES, Wire},
};

#[test]
fn an_announcement_in_the_place_of_its_own_session_s_last_stands() {
    let wire = Wire::new();
    // One bucket.
    let agents = wire.agents(&[], "[ftp]\nmax_endpoints = 4\n");
    let mut sessions = [50_000, 50_001, 50_002, 50_003].map(|port| Control::open(&wire, port));
    for (session, low) in sessions.iter_mut().zip(64..) {
        session.say(&format!("C> PASV\nS> 227 ok (10,0,0,2,156,{low})"));
    }
    both_until(&agents, &[("learned pasv", 4), ("endpoints", 4)]);
    // The oldest is its own. Read by the program, and by the agent.
    sessions[0].say("C> PASV\nS> 227 ok (10,0,0,2,160,0)");
    both_until(&agents, &[("removed evicted", 1), ("removed", 1), ("endpoints", 4)]);
    sessions[1].passive_behind_a_hole(40_961);
    both_until(&agents, &[("removed evicted", 2), ("removed", 2), ("by agent", 1)]);
    wire.data((1, 51_000), (2, 40_960));
    wire.data((1, 51_001), (2, 40_961));
    wire.data((1, 51_002), (2, 40_000));
    both_until(&agents, &[("data passive", 2 * FRAMES), ("packets tcp_other", FRAMES)]);
    agents.into_iter().for_each(Agent::stop);
}
