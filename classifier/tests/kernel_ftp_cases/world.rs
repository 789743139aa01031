// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A loaded program as the environment of a trace, next to the userspace build.

use std::{convert::identity, thread, time::Duration};

use classifier::clock::now;
use classifier_common::{
    assigned_port::AssignedPort,
    control::{Tally, TrackingConfig},
    counter::Counters,
    endpoint::Endpoint,
    fixtures::ftp_traces::{HostTraceEnv, TraceEnv},
    label::Label,
    ports::Transport,
    protocol::Protocol,
    segments::OnWire,
};

use crate::{agreement, hook::Hook};

/// Longest real wait, in seconds. The programs read the machine's clock for the second of a source's rate,
/// and for the order of events. Nothing expires by it, so that longer waits of a trace need no more.
const WAIT_MOST: u64 = 2;

/// Nanoseconds at the beginning of a second in which a trace that fills a source's rate can begin.
const EARLY: u64 = 500_000_000;

const SECOND: u64 = 1_000_000_000;

/// One program, and the userspace build.
pub struct KernelWorld {
    program: &'static str,
    hook: Hook,
    host: HostTraceEnv,
    ports: Vec<AssignedPort>,
    /// Counts of the program.
    counted: Box<Counters>,
    /// Counts of the userspace build.
    expected: Box<Counters>,
    jumped: u64,
    /// End of the first part of a frame.
    part: Option<usize>,
}

impl KernelWorld {
    /// Loads the program, with the default policy and ports, for frames whose first part ends there.
    pub fn new(program: &'static str, part: Option<usize>) -> Self {
        let hook = Hook::load(program, TrackingConfig::default()).in_parts(part);
        let counted = hook.counters();
        let (host, expected) = (HostTraceEnv::new(), counted.clone());
        Self { program, hook, host, ports: Vec::new(), counted, expected, jumped: 0, part }
    }

    /// Resets the world; a program with the default policy stays loaded.
    pub fn anew(mut self) -> Self {
        if self.hook.tracking.policy() != TrackingConfig::default() {
            return Self::new(self.program, self.part);
        }
        self.hook.forget();
        let expected = self.counted.clone();
        Self { host: HostTraceEnv::new(), ports: Vec::new(), expected, jumped: 0, ..self }
    }

    /// Compares the program's maps with those of the userspace build.
    pub fn agrees(&self) -> Result<(), String> {
        let (kernel, host) = (&self.hook.tracking, self.host.tracking());
        agreement::tallies(&kernel.tallies().unwrap(), &host.tallies())?;
        agreement::sessions(kernel, host)?;
        agreement::endpoints(kernel, host)?;
        if self.jumped == self.host.jumped() { Ok(()) } else { Err("the jumps are others".to_owned()) }
    }
}

impl TraceEnv for KernelWorld {
    fn begin(&mut self, policy: TrackingConfig) {
        self.host.begin(policy);
        self.hook = Hook::load(self.program, policy).in_parts(self.part);
        self.counted = self.hook.counters();
        self.expected = self.counted.clone();
        self.hook.set_ports(&self.ports);
        let into_second = now() % SECOND;
        if into_second > EARLY {
            thread::sleep(Duration::from_nanos(SECOND - into_second));
        }
    }

    fn assign(&mut self, port: u16, protocol: Protocol) {
        self.host.assign(port, protocol);
        self.ports.push(AssignedPort::new(Transport::Tcp, port, protocol));
        self.hook.set_ports(&self.ports);
    }

    fn wait(&mut self, seconds: u64) {
        self.host.wait(seconds);
        thread::sleep(Duration::from_secs(seconds.min(WAIT_MOST)));
    }

    fn see(&mut self, frame: &[u8]) -> Result<Label, String> {
        let outcome = self.host.classify(frame);
        self.expected.count(&outcome, OnWire { packets: 1, bytes: frame.len() as u64 }, identity);
        self.hook.run(frame)?;
        self.jumped += self.hook.jumped();
        let counted = self.hook.counters();
        let label = agreement::label(&self.counted, &counted)?;
        self.counted = counted;
        if label.class != outcome.class || label.evidence != outcome.evidence {
            return Err(format!("is {label:?}, and {:?} {:?} on the host", outcome.class, outcome.evidence));
        }
        agreement::counters(&self.counted, &self.expected)?;
        Ok(label)
    }

    fn quoted(&self) -> Option<Protocol> {
        // The program's counters equal those of the userspace build: see above.
        self.host.quoted()
    }

    fn tally(&self, tally: Tally) -> u64 {
        self.hook.tracking.tallies().unwrap()[tally as usize]
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        agreement::taken(self.hook.tracking.endpoints()).into_iter().map(|(_, endpoint)| endpoint).collect()
    }

    fn jumped(&self) -> u64 {
        self.jumped
    }
}
