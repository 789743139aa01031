// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The loaded programs and the agent against a reference of FTP: whatever the network does to the packets, labels are
//! those of the reference.

use aya::programs::Program;
use classifier::{
    config::FtpSettings,
    datapath::{Datapath, TestCounters},
    ftp::KernelReplay,
};
use classifier_common::{
    abi::{Direction, PROGRAM_INGRESS, PROGRAM_XDP},
    label::Label,
    packet::Link,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use crate::{
    agreement,
    ftp_network::{PACE, Seen, dialogues, operations, run},
    hook::{Hook, LOOPBACK},
};

const SECOND: u64 = 1_000_000_000;

/// Runs of each program. The userspace build has more.
const RUNS: u8 = 24;

/// Clients of a run: each has its addresses for itself, so that a program is loaded once.
const CLIENTS: u8 = 2;

/// A program, the agent, and the time of the last packet.
struct Observer {
    datapath: Datapath,
    program: &'static str,
    counters: TestCounters,
    replay: KernelReplay,
    now: u64,
}

impl Observer {
    fn load(program: &'static str) -> Self {
        let settings = FtpSettings { control_rate: u32::MAX, ..FtpSettings::default() };
        let (mut datapath, tracking) = Datapath::load(false, &settings).unwrap();
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet).unwrap();
        datapath.program(program).unwrap();
        Self { datapath, program, counters, replay: KernelReplay::new(tracking, &settings), now: SECOND }
    }

    fn program(&self) -> &Program {
        self.datapath.loaded_program(self.program).unwrap()
    }

    /// Passes the packets. Returns what is not as the reference says.
    fn difference(&mut self, seen: &[Seen]) -> Option<String> {
        let mut before = self.counters.read(Direction::Ingress).unwrap();
        for (number, one) in seen.iter().enumerate() {
            self.now += PACE;
            self.replay.before(self.now);
            let ran = Hook::test_run(self.program(), &one.frame, None);
            self.replay.behind(self.now);
            let after = self.counters.read(Direction::Ingress).unwrap();
            let label = ran.and_then(|()| agreement::label(&before, &after));
            before = after;
            let expected = |found: &Label| {
                found.class == one.class && one.evidence.is_none_or(|is| is == found.evidence)
            };
            if !label.as_ref().is_ok_and(expected) {
                return Some(format!("packet {number} is {label:?}, not {:?} {:?}", one.class, one.evidence));
            }
        }
        None
    }
}

#[test]
fn labels_are_those_of_the_reference_whatever_the_network_does() {
    for program in [PROGRAM_XDP, PROGRAM_INGRESS] {
        let mut observer = Observer::load(program);
        let mut runner = TestRunner::deterministic();
        for number in 0..RUNS {
            let both = (any::<u32>(), dialogues(), operations());
            let (first, dialogues, operations) = both.new_tree(&mut runner).unwrap().current();
            let seen = run(1 + CLIENTS * number, first, &dialogues, &operations);
            let packets: Vec<_> = seen.iter().map(|one| &*one.what).collect();
            assert_eq!(observer.difference(&seen), None, "{program}: {dialogues:?}\n{}", packets.join("\n"));
        }
    }
}
