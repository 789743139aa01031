// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Long segments: read to their end by the programs in order, and forwarded up to a limit out of order.

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
    both_until(&agents, &[("by kernel", 1), ("learned pasv", 1), ("segments", 0)]);
    wire.data((1, 51_000), (2, 40_000));
    both_until(&agents, &[("data passive", FRAMES)]);

    // Commands that were sent ahead.
    control.say("C>> NOOP \\*600\\r\\nPASV\\r\\nRETR file\\r\\n\nS> 200 ok\nS> 227 ok (10,0,0,2,156,65)");
    both_until(&agents, &[("learned pasv", 2), ("by kernel", 2), ("segments", 0)]);
    wire.data((1, 51_001), (2, 40_001));
    both_until(&agents, &[("data passive", 2 * FRAMES)]);

    // A line that ends in the next segment.
    control.say("S> 150 ok\nC> EPSV\nS>> 214-\\*600\\r\\n214 done\\r\\n229 ok (|||400\nS> 02|)");
    both_until(&agents, &[("learned epsv", 1), ("by kernel", 3)]);
    wire.data((1, 51_002), (2, 40_002));
    both_until(&agents, &[("data passive", 3 * FRAMES), ("lost", 0)]);

    // A segment after a gap, longer than the forwarded part: the rest is counted, and the next line is read.
    control.say("C> HELP\nS[+1]>> 14-\\*2100\\r\\n214 done\\r\\n\nS>> 2\nS skip 2115");
    control.say("C> PASV\nS> 227 ok (10,0,0,2,156,67)");
    both_until(&agents, &[("lost", 1), ("learned pasv", 3), ("packets tcp_other", 0), ("rejected", 0)]);
    both_until(&agents, &[("by agent", 0), ("segments", 1)]);
    agents.into_iter().for_each(Agent::stop);
}
