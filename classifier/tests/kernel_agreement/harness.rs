// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every fixture through `BPF_PROG_TEST_RUN`.

use aya::{
    TestRun as _, TestRunOptions,
    programs::{Program, ProgramError, TestRunResult},
};
use classifier::{
    config::FtpSettings,
    datapath::{Datapath, SourceMaps, TestCounters, Tracking},
};
use classifier_common::{
    abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP},
    fixtures::{self, Counted, Fixture},
    packet::Link,
    wire::ethernet::ethertype,
};
use testbed::Lab;

use crate::{
    as_run::as_run,
    seen::{growth, total},
};

/// Interface of a test run: loopback of the network namespace.
pub const LOOPBACK: u32 = 1;

/// Longest frame of the skb harness: a page without head and tail room.
const SKB_MOST: usize = 3520;

const XDP_PASS: u32 = 2;
const TC_ACT_UNSPEC: u32 = u32::MAX;

pub struct Harness {
    datapath: Datapath,
    /// Kept open: programs that are loaded later use its maps.
    _tracking: Tracking,
    counters: TestCounters,
    program: &'static str,
}

impl Harness {
    pub fn new(program: &'static str, link: Link) -> Self {
        Self::behind(program, link, &[]).0
    }

    /// Loads a program after other interfaces have got their counters.
    pub fn behind(program: &'static str, link: Link, others: &[u32]) -> (Self, Vec<TestCounters>) {
        let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
        datapath.set_ports(&fixtures::CONFIGURED_PORTS);
        let others = others.iter().map(|index| datapath.counters_for(*index, link).unwrap()).collect();
        let counters = datapath.counters_for(LOOPBACK, link).unwrap();
        (Self { datapath, counters, program, _tracking: tracking }, others)
    }

    pub fn sources(&self) -> &SourceMaps {
        self.datapath.sources()
    }

    /// Runs the program on a frame.
    pub fn show(&mut self, frame: &[u8]) {
        let mut left = vec![0; frame.len() + 1];
        self.run(frame, None, &mut left).unwrap();
    }

    pub fn clear_fragments(&mut self) {
        self.datapath.clear_fragments().unwrap();
    }

    /// Returns the counts of a frame, its bytes, and whether the program left it unchanged; `None` if the
    /// harness refuses it.
    pub fn count(&mut self, frame: &[u8], context: Option<&[u8]>) -> Option<(Counted, u64)> {
        let direction = if self.program == PROGRAM_EGRESS { Direction::Egress } else { Direction::Ingress };
        let before = self.counters.read(direction).unwrap();
        let mut left = vec![0; frame.len() + 1];
        let result = match self.run(frame, context, &mut left) {
            Ok(result) => result,
            Err(error) => {
                assert!(format!("{error:?}").contains("InvalidInput"), "{}: {error:?}", self.program);
                return None;
            }
        };
        let pass = if self.program == PROGRAM_XDP { XDP_PASS } else { TC_ACT_UNSPEC };
        assert_eq!(result.return_value, pass, "{}", self.program);
        assert_eq!(&left[..result.data_size_out as usize], frame, "{} changed the frame", self.program);
        let grown = growth(&before, &self.counters.read(direction).unwrap());
        let verdict = Counted::of_one_packet(&grown).expect("one packet is counted, and once");
        Some((verdict, total(&grown).bytes))
    }

    fn run(
        &mut self,
        frame: &[u8],
        context: Option<&[u8]>,
        left: &mut [u8],
    ) -> Result<TestRunResult, ProgramError> {
        let options = TestRunOptions {
            data_in: Some(frame),
            data_out: Some(left),
            ctx_in: context,
            ..TestRunOptions::default()
        };
        let program = self.datapath.program(self.program).unwrap();
        if let Program::Xdp(xdp) = program {
            return xdp.test_run(options);
        }
        let Program::SchedClassifier(classifier) = program else { panic!("{program:?}") };
        classifier.test_run(options)
    }
}

/// Tells whether the harness refuses a frame: none accepts less than an Ethernet header, and that of skbs
/// needs the fixed header after an IP `EtherType`.
pub fn is_refused(program: &str, frame: &[u8]) -> bool {
    let Some(kind) = frame.get(12..14) else { return true };
    if program == PROGRAM_XDP {
        return false;
    }
    let least = match u16::from_be_bytes([kind[0], kind[1]]) {
        ethertype::IPV4 => 14 + 20,
        ethertype::IPV6 => 14 + 40,
        _ => 14,
    };
    frame.len() < least || frame.len() > SKB_MOST
}

pub fn is_left_out(program: &str, fixture: &Fixture) -> bool {
    fixture.steps.iter().any(|step| is_refused(program, &step.frame))
}

/// Each program counts each fixture as stated, with all of its bytes, and leaves it unchanged. The harnesses
/// refuse exactly the frames of their rules.
#[test]
fn every_fixture_counts_what_it_says_in_every_program() {
    let lab = Lab::new();
    let host = lab.host("harness");
    let all = fixtures::all();
    for program in [PROGRAM_XDP, PROGRAM_INGRESS, PROGRAM_EGRESS] {
        let (mut wrong, mut left_out, mut steps) = (Vec::new(), 0, 0);
        for link in [Link::Ethernet, Link::RawIp] {
            let mut harness = host.enter(|| Harness::new(program, link));
            for fixture in all.iter().filter(|fixture| fixture.link == link) {
                harness.clear_fragments();
                let skipped = fixture
                    .steps
                    .iter()
                    .any(|step| is_refused(program, &as_run(program == PROGRAM_XDP, link, &step.frame)));
                left_out += usize::from(skipped);
                for step in &fixture.steps {
                    let frame = as_run(program == PROGRAM_XDP, link, &step.frame);
                    let counted = host.enter(|| harness.count(&frame, None));
                    let refused = is_refused(program, &frame);
                    assert_eq!(counted.is_none(), refused, "{program}: refuses `{}`", fixture.name);
                    steps += usize::from(!refused);
                    let expected = (step.expected, step.frame.len() as u64);
                    if !skipped && counted != Some(expected) {
                        wrong.push(format!("{}: {counted:?} in place of {expected:?}", fixture.name));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{program}:\n{}", wrong.join("\n"));
        println!("{program}: {} fixtures, {steps} frames, {left_out} left to others", all.len() - left_out);
    }
}
