//! What nobody uses ends by time.

use testbed::Agent;

use crate::{
    watched::both_until,
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
