//! Segments of which a packet does not read all.

use testbed::Agent;

use crate::{
    watched::both_until,
    wire::{Control, FRAMES, Wire},
};

#[test]
fn what_is_behind_the_first_bytes_of_a_segment_is_learned() {
    let wire = Wire::new();
    let agents = wire.agents(&[], "");
    let mut control = Control::open(&wire, 50_000);
    control.say("C> PASV\nS>> 214-\\*600\\r\\n214 done\\r\\n227 ok (10,0,0,2,156,64)\\r\\n");
    both_until(&agents, &[("by agent", 1), ("learned pasv", 1), ("segments", 1)]);
    wire.data((1, 51_000), (2, 40_000));
    both_until(&agents, &[("data passive", FRAMES)]);

    // Commands that were sent ahead.
    control.say("C>> NOOP \\*600\\r\\nPASV\\r\\nRETR file\\r\\n\nS> 200 ok\nS> 227 ok (10,0,0,2,156,65)");
    both_until(&agents, &[("learned pasv", 2), ("by agent", 1), ("segments", 2)]);
    wire.data((1, 51_001), (2, 40_001));
    both_until(&agents, &[("data passive", 2 * FRAMES)]);

    // A line that ends in the next segment.
    control.say("C> EPSV\nS>> 214-\\*600\\r\\n214 done\\r\\n229 ok (|||400\nS> 02|)");
    both_until(&agents, &[("learned epsv", 1), ("by agent", 2)]);
    wire.data((1, 51_002), (2, 40_002));
    both_until(&agents, &[("data passive", 3 * FRAMES), ("lost", 0)]);

    // A reply that was cut off, and the next.
    control.say("C> HELP\nS>> 214-\\*2100\\r\\n214 done\\r\\n\nC> PASV\nS> 227 ok (10,0,0,2,156,67)");
    both_until(&agents, &[("lost", 1), ("learned pasv", 3), ("packets tcp_other", 0), ("rejected", 0)]);
    agents.into_iter().for_each(Agent::stop);
}
