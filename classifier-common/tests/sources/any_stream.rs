// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bounds of the sources for any stream, in any order, on any CPU.

use std::collections::HashMap;

use classifier_common::{
    address::Address,
    evidence::{ConnectionOutcome, Finding, Observation, Observed, SourceKey},
    packet::Direction,
    protocol::Protocol,
};
use proptest::{collection::vec, prelude::*};

use crate::truth::Counted;

/// Generates observations of few hosts in few networks, so that they share buckets.
fn observed() -> impl Strategy<Value = Observed> {
    let host = (0..12_u8, 0..8_u8, any::<bool>());
    (host, 0..Observation::ALL.len(), any::<bool>()).prop_map(
        |((network, host, is_v4), observation, inbound)| {
            let peer = if is_v4 {
                Address::v4([198, 18, network, host])
            } else {
                Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host])
            };
            let direction = if inbound { Direction::Ingress } else { Direction::Egress };
            match ConnectionOutcome::ALL.get(observation) {
                Some(outcome) => Observed::from(&Finding {
                    peer,
                    now: 1,
                    direction,
                    protocol: Protocol::SMTP,
                    outcome: *outcome,
                    port: 25,
                }),
                None => Observed::redirect(peer, 1, direction),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Checks the bounds with the smallest table, so that nearly every entry is contested, and perhaps with
    /// another size from some point on.
    #[test]
    fn what_is_stated_holds(
        stream in vec((0..3_usize, observed()), 0..1500),
        cpus in 1..=3_usize,
        (at, buckets) in (0..2000_usize, 1..=16_usize),
    ) {
        let mut counted = Counted::new(cpus, 8);
        let mut exact = HashMap::<_, u64>::new();
        for (number, (cpu, observed)) in stream.iter().enumerate() {
            if number == at {
                counted = counted.carried(buckets);
            }
            counted.note(cpu % cpus, observed);
            for key in [SourceKey::host(observed), SourceKey::network(observed)] {
                *exact.entry(key).or_default() += 1;
            }
        }
        let checked = counted.check(exact);
        prop_assert!(checked.is_ok(), "{:?}", checked);
    }
}
