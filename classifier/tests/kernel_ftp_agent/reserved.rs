// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ports that belong to a protocol are never announced.

use testbed::Agent;

use crate::{
    watched::both_until,
    wire::{Control, FRAMES, Wire},
};

const BACKUP: &str = "[[port]]\nprotocol = \"backup\"\ntransport = \"tcp\"\nports = [40000]\n";

#[test]
fn a_configured_port_is_refused_whoever_reads_the_announcement() {
    let wire = Wire::new();
    let agents = wire.agents(&[], BACKUP);
    let mut control = Control::open(&wire, 50_000);
    control.say("C> PASV\nS> 227 ok (10,0,0,2,156,64)");
    control.passive_behind_a_hole(40_000);
    control.passive_behind_a_hole(22);
    control.say("C> PORT 10,0,0,1,156,64\nS> 200 ok");
    wire.data((1, 51_000), (2, 40_000));
    both_until(&agents, &[("rejected reserved_port", 4), ("packets backup", FRAMES), ("segments", 2)]);
    both_until(&agents, &[("data", 0), ("endpoints", 0), ("by agent", 0), ("by kernel", 0)]);
    agents.into_iter().for_each(Agent::stop);
}
