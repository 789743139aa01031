// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! One program with its own maps, run on frames.

use aya::{TestRun as _, TestRunOptions, programs::Program};
use classifier::{
    config::FtpSettings,
    datapath::{Datapath, TestCounters, Tracking},
};
use classifier_common::{
    abi::Direction,
    assigned_port::AssignedPort,
    control::{EventHeader, EventKind, TrackingConfig},
    counter::Counters,
    packet::Link,
};

use crate::{first_part::first_part, forgetting};

/// Interface of a test run: loopback of the network namespace.
pub const LOOPBACK: u32 = 1;

const XDP_PASS: u32 = 2;
const TC_ACT_UNSPEC: u32 = u32::MAX;

/// The program and its maps.
pub struct Hook {
    datapath: Datapath,
    pub tracking: Tracking,
    counters: TestCounters,
    program: &'static str,
    /// End of the first part of a longer frame.
    part: Option<usize>,
}

impl Hook {
    /// Loads the program under a policy.
    pub fn load(program: &'static str, policy: TrackingConfig) -> Self {
        let settings = FtpSettings {
            allow_foreign_address: policy.allow_foreign_address != 0,
            infer_encrypted: policy.infer_encrypted != 0,
            control_rate: policy.control_rate.try_into().unwrap(),
            ..FtpSettings::default()
        };
        let (mut datapath, tracking) = Datapath::load(false, &settings).unwrap();
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet).unwrap();
        let mut hook = Self { datapath, tracking, counters, program, part: None };
        // Programs are loaded when first used: this must not happen within a trace, which may depend on the
        // time.
        hook.datapath.program(program).unwrap();
        hook
    }

    /// Splits frames into two parts, the first of this length.
    pub fn in_parts(self, part: Option<usize>) -> Self {
        Self { part, ..self }
    }

    /// Clears the program's state, except its counters.
    pub fn forget(&mut self) {
        let policy = self.tracking.policy();
        forgetting::forget(self.datapath.program(self.program).unwrap(), policy);
        forgetting::free(self.tracking.endpoints());
        self.set_ports(&[]);
        self.jumped();
    }

    /// Assigns TCP ports to protocols.
    pub fn set_ports(&self, ports: &[AssignedPort]) {
        self.datapath.set_ports(ports);
    }

    /// Returns the loaded program.
    pub fn program(&self) -> &Program {
        self.datapath.loaded_program(self.program).unwrap()
    }

    /// Subtracts the sessions that the agent has removed.
    pub fn leave_pairs(&self) {
        self.datapath.leave_pairs().unwrap();
    }

    /// Runs the program on a frame, which it leaves unchanged.
    pub fn run(&mut self, frame: &[u8]) -> Result<(), String> {
        Self::test_run(self.program(), frame, self.part.filter(|part| *part < frame.len()))
    }

    /// Runs a program that several threads share.
    pub fn test_run(program: &Program, frame: &[u8], part: Option<usize>) -> Result<(), String> {
        let mut left = vec![0; frame.len() + 1];
        let context = part.map(first_part);
        let options = TestRunOptions {
            data_in: Some(frame),
            data_out: Some(&mut left),
            ctx_in: context.as_deref(),
            ..TestRunOptions::default()
        };
        let (result, pass) = if let Program::Xdp(xdp) = program {
            (xdp.test_run(options), XDP_PASS)
        } else {
            let Program::SchedClassifier(classifier) = program else { panic!("{program:?}") };
            (classifier.test_run(options), TC_ACT_UNSPEC)
        };
        let result = result.map_err(|refused| format!("is refused: {refused:?}"))?;
        if result.return_value != pass {
            return Err(format!("ends with {}", result.return_value));
        }
        let unchanged = left.get(..result.data_size_out as usize) == Some(frame);
        if unchanged { Ok(()) } else { Err("is changed".to_owned()) }
    }

    /// Returns the counters of all frames.
    pub fn counters(&self) -> Box<Counters> {
        self.counters.read(Direction::Ingress).unwrap()
    }

    /// Counts the bytes of the reported jumps since the last call.
    pub fn jumped(&mut self) -> u64 {
        let mut bytes = 0;
        while self.tracking.next_event(|event| {
            let (header, _) = EventHeader::split(event).expect("a whole event");
            if header.kind == EventKind::Jump as u32 {
                bytes += u64::from(header.to.wrapping_sub(header.from));
            }
        }) {}
        bytes
    }
}
