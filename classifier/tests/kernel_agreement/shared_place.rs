// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces whose indices share a slot of the counters.

use classifier_common::{
    abi::{Direction, INTERFACES, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP},
    fixtures,
    packet::Link,
};
use testbed::Lab;

use crate::{
    harness::{Harness, LOOPBACK, is_left_out},
    seen::total,
};

/// An interface finds its own counters in any slot, and adds to no others.
#[test]
fn an_interface_finds_its_counters_behind_those_of_others() {
    let lab = Lab::new();
    let host = lab.host("crowded");
    let turn = u32::try_from(INTERFACES).unwrap();
    // Interfaces with the same slot, and with the next slots.
    let others: Vec<_> = (1..4).map(|turns| LOOPBACK + turns * turn).chain(LOOPBACK + 1..=40).collect();
    for program in [PROGRAM_XDP, PROGRAM_INGRESS, PROGRAM_EGRESS] {
        let whole = |fixture: &&fixtures::Fixture| fixture.steps.len() == 1 && !is_left_out(program, fixture);
        let fixture =
            fixtures::all().into_iter().find(|one| one.link == Link::Ethernet && whole(&one)).unwrap();
        let step = &fixture.steps[0];
        host.enter(|| {
            let (mut harness, others) = Harness::behind(program, Link::Ethernet, &others);
            let counted = harness.count(&step.frame, None);
            assert_eq!(counted, Some((step.expected, step.frame.len() as u64)), "{program}");
            for other in others {
                for direction in Direction::ALL {
                    assert_eq!(total(&other.read(direction).unwrap()).packets, 0, "{program}");
                }
            }
        });
    }
}
