// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Observers of one direction alone, and sessions that are older than the agent.

use testbed::Agent;

use crate::{
    watched::{both_until, until},
    wire::{Control, Wire},
};

#[test]
fn at_the_server_port_is_learned_from_what_it_receives() {
    let wire = Wire::new();
    let agent = wire.agent(1, &["--no-egress"], "");
    let mut control = Control::open(&wire, 50_000);
    control.say("C> USER a\nS> 331 more\nC> PASS b\nS> 230 ok\nC> TYPE I\nS> 200 ok");
    control.say("C> PORT 10,0,0,1,156,64\nS> 200 ok");
    until(&agent, &[("endpoints announced", 1), ("by kernel", 1), ("sessions", 1)]);
    wire.data((2, 52_000), (1, 40_000));
    // The client's half: SYN-ACK, data and FIN.
    until(&agent, &[("data active", 3), ("learned port", 1), ("packets tcp_other", 0)]);
    control.say("C[+6]>> PORT 10,0,0,1,156,65\\r\\n\nC> NOOP\nC skip 22");
    until(&agent, &[("by agent", 1)]);
    wire.data((2, 52_001), (1, 40_001));
    until(&agent, &[("data active", 6), ("learned port", 2), ("packets tcp_other", 0)]);
    agent.stop();
}

#[test]
fn at_the_client_227_is_learned_from_what_it_receives() {
    let wire = Wire::new();
    let agent = wire.agent(0, &["--no-egress"], "");
    let mut control = Control::open(&wire, 50_000);
    control.say("C> USER a\nS> 331 more\nC> PASS b\nS> 230 ok\nC> PASV\nS> 227 ok (10,0,0,2,156,64)");
    until(&agent, &[("learned pasv", 1), ("by kernel", 1), ("sessions", 1)]);
    wire.data((1, 51_000), (2, 40_000));
    // The server's half: SYN-ACK, data and FIN.
    until(&agent, &[("data passive", 3), ("packets tcp_other", 0)]);
    control.passive_behind_a_hole(40_001);
    until(&agent, &[("learned pasv", 2), ("by agent", 1)]);
    wire.data((1, 51_001), (2, 40_001));
    until(&agent, &[("data passive", 6), ("packets tcp_other", 0)]);
    agent.stop();
}

#[test]
fn a_session_older_than_the_agent_is_picked_up() {
    let wire = Wire::new();
    let mut control = Control::open(&wire, 50_000);
    control.say("C> USER a\nS> 331 more\nC> PASS b\nS> 230 ok");
    let agents = wire.agents(&[], "");
    control.say("C> PASV\nS> 227 ok (10,0,0,2,156,64)");
    both_until(&agents, &[("learned pasv", 1), ("by kernel", 1), ("sessions", 1)]);
    wire.data((1, 51_000), (2, 40_000));
    control.passive_behind_a_hole(40_001);
    both_until(&agents, &[("learned pasv", 2), ("by agent", 1), ("data passive", 6)]);
    agents.into_iter().for_each(Agent::stop);
}
