// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs and agent against a reference of FTP: whatever the network does to the packets, labels are those of the
//! reference.

use classifier::{config::FtpSettings, ftp::Replay};
use classifier_common::packet::{Frame, Link};
use proptest::{prelude::*, test_runner::RngSeed};

use crate::ftp_network::{PACE, Seen, dialogues, operations, run};

const SECOND: u64 = 1_000_000_000;

/// Passes the packets to programs and agent. Returns what is not as the reference says.
fn difference(seen: &[Seen]) -> Option<String> {
    let mut replay = Replay::new(&FtpSettings::default(), &[]);
    for (number, one) in seen.iter().enumerate() {
        let now = SECOND + PACE * number as u64;
        let outcome = replay.classify(&one.frame, Frame::on_wire(Link::Ethernet), now);
        let evidence = one.evidence.map(|_| outcome.evidence);
        if (outcome.class, evidence) != (one.class, one.evidence) {
            return Some(format!("packet {number} is {:?} {evidence:?}, not {:?}", outcome.class, one.class));
        }
    }
    None
}

proptest! {
    // The same cases in every run of the suite.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20), ..ProptestConfig::default() })]

    #[test]
    fn labels_are_those_of_the_reference_whatever_the_network_does(
        first: u32,
        dialogues in dialogues(),
        operations in operations(),
    ) {
        let seen = run(1, first, &dialogues, &operations);
        let difference = difference(&seen);
        let packets: Vec<_> = seen.iter().map(|one| &*one.what).collect();
        prop_assert_eq!(difference, None, "{}", packets.join("\n"));
    }
}
