//! One program with maps of its own, and what it does with a frame.

use aya::{TestRun as _, TestRunOptions, programs::Program};
use classifier::{
    config::FtpSettings,
    datapath::{Datapath, TestCounters, Tracking},
};
use classifier_common::{
    abi::{Direction, PROGRAM_XDP},
    control::{EventKind, Header, Policy},
    counter::Counters,
    packet::Link,
    ports::Transport,
    protocol::Protocol,
};

use crate::forgetting;

/// In a test run a frame comes from the loopback interface of the network namespace.
pub const LOOPBACK: u32 = 1;

const XDP_PASS: u32 = 2;
const TC_ACT_UNSPEC: u32 = u32::MAX;

/// The program and its maps.
pub struct Hook {
    datapath: Datapath,
    pub tracking: Tracking,
    counters: TestCounters,
    program: &'static str,
}

impl Hook {
    /// Loads it afresh, under a policy.
    pub fn load(program: &'static str, policy: Policy) -> Self {
        let settings = FtpSettings {
            allow_foreign_address: policy.allow_foreign_address != 0,
            infer_encrypted: policy.infer_encrypted != 0,
            control_rate: policy.control_rate.try_into().unwrap(),
            ..FtpSettings::default()
        };
        let (mut datapath, tracking) = Datapath::load(false, &settings).unwrap();
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet).unwrap();
        let mut hook = Self { datapath, tracking, counters, program };
        // Programs are loaded when they are first asked for: not within a trace, which may depend on the time.
        hook.datapath.program(program).unwrap();
        hook
    }

    /// Forgets all that it has seen, but for what it has counted.
    pub fn forget(&mut self) {
        let policy = self.tracking.policy();
        forgetting::forget(self.datapath.program(self.program).unwrap(), policy);
        forgetting::free(self.tracking.endpoints());
        self.set_ports(&[]);
        self.jumped();
    }

    /// Gives TCP ports to protocols.
    pub fn set_ports(&self, ports: &[(Transport, u16, Protocol)]) {
        self.datapath.set_ports(ports);
    }

    /// Runs the program on a frame, which it passes on as it came.
    pub fn run(&mut self, frame: &[u8]) -> Result<(), String> {
        let mut left = vec![0; frame.len() + 1];
        let options =
            TestRunOptions { data_in: Some(frame), data_out: Some(&mut left), ..TestRunOptions::default() };
        let program = self.datapath.program(self.program).unwrap();
        let result = if let Program::Xdp(xdp) = program {
            xdp.test_run(options)
        } else {
            let Program::SchedClassifier(classifier) = program else { panic!("{program:?}") };
            classifier.test_run(options)
        };
        let result = result.map_err(|refused| format!("is refused: {refused:?}"))?;
        let pass = if self.program == PROGRAM_XDP { XDP_PASS } else { TC_ACT_UNSPEC };
        if result.return_value != pass {
            return Err(format!("ends with {}", result.return_value));
        }
        let unchanged = left.get(..result.data_size_out as usize) == Some(frame);
        if unchanged { Ok(()) } else { Err("is changed".to_owned()) }
    }

    /// What was counted of all frames.
    pub fn counters(&self) -> Box<Counters> {
        self.counters.read(Direction::Ingress).unwrap()
    }

    /// Bytes of the jumps that the program has told of since the last call.
    pub fn jumped(&mut self) -> u64 {
        let mut bytes = 0;
        while self.tracking.next_event(|event| {
            let (header, _) = Header::split(event).expect("a whole event");
            if header.kind == EventKind::Jump as u32 {
                bytes += u64::from(header.to.wrapping_sub(header.from));
            }
        }) {}
        bytes
    }
}
