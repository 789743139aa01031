//! A loaded program as the surroundings of a trace, and the host's build beside it.

use std::{convert::identity, thread, time::Duration};

use classifier::datapath::now;
use classifier_common::{
    control::{Policy, Tally},
    counter::Counters,
    endpoint::Endpoint,
    fixtures::ftp_traces::{HostWorld, World},
    label::Label,
    ports::Transport,
    protocol::Protocol,
    segments::OnWire,
};

use crate::{agreement, hook::Hook};

/// Seconds that pass by the machine's clock too. What the programs read from it is the second that a source's
/// rate counts in, and the order of what happened: they let nothing expire, so that hours are no more than this.
const WAIT_MOST: u64 = 2;

/// Nanoseconds of a second's beginning in which there is time for a trace that fills a source's rate.
const EARLY: u64 = 500_000_000;

const SECOND: u64 = 1_000_000_000;

/// One program, and what the host says.
pub struct KernelWorld {
    program: &'static str,
    hook: Hook,
    host: HostWorld,
    ports: Vec<(Transport, u16, Protocol)>,
    /// What the program has counted.
    counted: Box<Counters>,
    /// What the host's build counts.
    expected: Box<Counters>,
    jumped: u64,
}

impl KernelWorld {
    /// Loads the program, with the default policy and ports.
    pub fn new(program: &'static str) -> Self {
        let hook = Hook::load(program, Policy::default());
        let counted = hook.counters();
        let (host, expected) = (HostWorld::new(), counted.clone());
        Self { program, hook, host, ports: Vec::new(), counted, expected, jumped: 0 }
    }

    /// A world that knows nothing again; the program stays loaded where its policy is the default.
    pub fn anew(mut self) -> Self {
        if self.hook.tracking.policy() != Policy::default() {
            return Self::new(self.program);
        }
        self.hook.forget();
        let expected = self.counted.clone();
        Self { host: HostWorld::new(), ports: Vec::new(), expected, jumped: 0, ..self }
    }

    /// Whether the program's maps hold what the host's do.
    pub fn agrees(&self) -> Result<(), String> {
        let (kernel, host) = (&self.hook.tracking, self.host.tracking());
        agreement::tallies(&kernel.tallies().unwrap(), &host.tallies())?;
        agreement::sessions(kernel, host)?;
        agreement::endpoints(kernel, host)?;
        if self.jumped == self.host.jumped() { Ok(()) } else { Err("the jumps are others".to_owned()) }
    }
}

impl World for KernelWorld {
    fn begin(&mut self, policy: Policy) {
        self.host.begin(policy);
        self.hook = Hook::load(self.program, policy);
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
        self.ports.push((Transport::Tcp, port, protocol));
        self.hook.set_ports(&self.ports);
    }

    fn wait(&mut self, seconds: u64) {
        self.host.wait(seconds);
        thread::sleep(Duration::from_secs(seconds.min(WAIT_MOST)));
    }

    fn see(&mut self, frame: &[u8]) -> Result<Label, String> {
        let outcome = self.host.judge(frame);
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
