// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The program under test of a hook, with its own maps, which know the conversation.

use std::{mem::take, ops::Range};

use anyhow::{Context as _, Result, ensure};
use aya::programs::Program;
use classifier::{
    clock::now,
    config::{EvidenceSettings, FtpSettings, XdpMode},
    datapath::{Attached, Datapath, TestCounters, Tracking},
    policy::{Compiled, RuleRows},
    protocol_names::ProtocolNames,
};
use classifier_common::{
    address::Address,
    assigned_port::AssignedPort,
    control::Tally,
    counter::Counters,
    endpoint::{self, EndpointState, Evidence, ExpectKey, Expectation, Mode, announce, bucket_of, withdraw},
    packet::Link,
    ports::Transport,
    protocol::{CONFIGURED_MAX, Class, Protocol},
};
use fastrand::Rng;
use testbed::End;

use crate::interface::veth;

use super::{
    conversation::{CLIENT, Conversation},
    hook::{Hook, INGRESS, LOOPBACK},
    kinds::Kind,
    mail::Mail,
    policy::policy,
    timing,
};

/// Load of the tables: TCP ports with a protocol, and announced ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burden {
    /// Number of ports, at least the five permanent ones. The measured packets use none of the others.
    pub ports: u16,
    /// Number of endpoints without a measured packet.
    pub endpoints: u32,
}

/// Smallest burden: no configuration, and no other FTP session.
pub const LEAST: Burden = Burden { ports: 5, endpoints: 0 };

/// Ports without a default class, used by no measured packet.
const FREE_PORTS: Range<u16> = 1024..40_000;

/// First of these ports that is announced.
const FIRST_ANNOUNCED: u16 = 10_000;

/// Index of the first counted interface without packets, above all existing interfaces.
const FIRST_OTHER: u32 = 100;

/// Control connection of all these endpoints.
const SESSION: u64 = u64::MAX;

/// The program under test.
pub struct Subject {
    pub(super) datapath: Datapath,
    pub(super) tracking: Tracking,
    counters: TestCounters,
    /// Counters of interfaces without packets.
    pub(super) others: Vec<TestCounters>,
    pub(super) burden: Burden,
    /// Bucket and way of each announced port of the burden.
    pub(super) announced: Vec<(usize, usize)>,
    hook: &'static Hook,
    /// Name of the program: with or without a policy.
    name: &'static str,
    /// Attachment of an XDP program, needed by [`Yardsticks::attach`](crate::yardsticks::Yardsticks::attach).
    settled: Option<Attached>,
}

impl Subject {
    /// Loads the program and shows it the conversation. An XDP program is attached to the interface.
    pub fn load(hook: &'static Hook, interface: &End) -> Result<Self> {
        let mut subject = Self::load_aside(hook)?;
        if matches!(subject.program()?, Program::Xdp(_)) {
            subject.settled = Some(subject.datapath.attach(veth(interface), XdpMode::Native, false)?);
        }
        Ok(subject)
    }

    /// Loads a program that is only the target of drawn packets, and shows it the conversation.
    pub fn load_aside(hook: &'static Hook) -> Result<Self> {
        Self::load_program(hook, hook.program, &EvidenceSettings::default())
    }

    /// Loads a target of drawn packets that follows UDP flows.
    pub fn load_following(hook: &'static Hook) -> Result<Self> {
        Self::load_program(hook, hook.program, &EvidenceSettings { udp: true, ..EvidenceSettings::default() })
    }

    /// Loads a target of drawn packets that evaluates a policy.
    pub fn load_dry_run(hook: &'static Hook) -> Result<Self> {
        let mut subject = Self::load_program(hook, hook.dry_run, &EvidenceSettings::default())?;
        let policy = policy();
        let rows = RuleRows::default().adopt(Some(&policy))?;
        let compiled = Compiled::new(&policy, &rows, &ProtocolNames::default(), now());
        subject.datapath.evaluate_policy(&compiled)?;
        Ok(subject)
    }

    fn load_program(hook: &'static Hook, name: &'static str, evidence: &EvidenceSettings) -> Result<Self> {
        let (mut datapath, tracking) = Datapath::load_into(None, false, &FtpSettings::default(), evidence)?;
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet)?;
        let mut subject = Self {
            datapath,
            tracking,
            counters,
            others: vec![],
            burden: LEAST,
            announced: vec![],
            hook,
            name,
            settled: None,
        };
        Conversation::new().frames.iter().try_for_each(|frame| subject.see(frame))?;
        for (sender, frame) in &Mail::new().frames {
            if *sender == CLIENT { subject.see(frame)? } else { subject.see_opposite(frame)? }
        }
        Ok(subject)
    }

    pub fn program(&mut self) -> Result<&Program> {
        Ok(self.datapath.program(self.name)?)
    }

    /// Runs the program once on a frame.
    pub(super) fn see(&mut self, frame: &[u8]) -> Result<()> {
        let verdict = self.hook.verdict;
        timing::run(self.program()?, frame, 1, Some(verdict)).map(drop)
    }

    /// Runs the TC program for the other direction once on a frame: a session needs both.
    fn see_opposite(&mut self, frame: &[u8]) -> Result<()> {
        let program = self.datapath.program(self.hook.opposite)?;
        timing::run(program, frame, 1, Some(INGRESS.verdict)).map(drop)
    }

    /// Checks that the program classifies a kind of packets correctly, else its cost would mean nothing.
    pub fn check(&mut self, kind: &Kind) -> Result<()> {
        self.check_frame(kind.name, &(kind.make)(&mut Rng::with_seed(super::SEED)), kind.protocol)
    }

    /// Checks that the program counts a frame as this protocol.
    pub fn check_frame(&mut self, name: &str, frame: &[u8], protocol: Protocol) -> Result<()> {
        let before = self.packets()?;
        self.see(frame)?;
        let after = self.packets()?;
        let grown = (0..).zip(before.iter().zip(&after)).find(|(_, (before, after))| before != after);
        let (index, _) = grown.with_context(|| format!("{name}: counted under no class"))?;
        let found = Class::from_index(index).protocol();
        ensure!(found == protocol, "{name}: counted as {found:?} by {}", self.hook.name);
        Ok(())
    }

    /// Returns the number of control segments that the program forwarded to the agent, which does not run.
    pub fn forwarded(&self) -> Result<u64> {
        Ok(self.tracking.tallies()?[Tally::Segments as usize])
    }

    /// Returns the number of packets that were counted as this protocol.
    pub(super) fn counted(&self, protocol: Protocol) -> Result<u64> {
        let packets = self.packets()?;
        Ok(protocol.classes().map(|class| packets[class.index()]).sum())
    }

    /// Returns the packets by class.
    fn packets(&self) -> Result<Vec<u64>> {
        let Counters { classes, .. } = *self.counters.read(self.hook.direction)?;
        Ok(classes.iter().map(|tally| tally.packets).collect())
    }

    /// Replaces the burden.
    pub fn apply(&mut self, burden: Burden) -> Result<()> {
        if burden.ports != self.burden.ports {
            self.configure(burden.ports);
        }
        if burden.endpoints != self.burden.endpoints {
            self.withdraw();
            self.announce(burden.endpoints)?;
        }
        self.burden = burden;
        Ok(())
    }

    fn configure(&self, ports: u16) {
        let numbered = FREE_PORTS.zip(0..ports.saturating_sub(LEAST.ports));
        let protocol = |number: u16| Protocol::configured(usize::from(number) % CONFIGURED_MAX);
        let configured = numbered
            .filter_map(|(port, number)| Some(AssignedPort::new(Transport::Tcp, port, protocol(number)?)));
        self.datapath.set_ports(&configured.collect::<Vec<_>>());
    }

    /// A full bucket evicts its oldest entries.
    fn announce(&mut self, endpoints: u32) -> Result<()> {
        let kind = endpoint::Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended: false };
        for (number, port) in (0..endpoints).zip((FIRST_ANNOUNCED..FREE_PORTS.end).cycle()) {
            let [_, high, middle, low] = number.to_be_bytes();
            let (address, peer) = (Address::v4([172, 16, 0, 1]), Address::v4([11, high, middle, low]));
            let key = ExpectKey { address, peer, port };
            let state = EndpointState::Announced;
            let expectation = Expectation { key: &key, kind, session: SESSION, state };
            let bucket = bucket_of(&key);
            let admitted = announce(&self.tracking.endpoints().bucket(bucket), &expectation);
            self.announced.push((bucket, admitted.context("an endpoint gets no entry")?.way));
        }
        Ok(())
    }

    fn withdraw(&mut self) {
        for (bucket, way) in take(&mut self.announced) {
            // An entry that was evicted is withdrawn only once.
            let _ = withdraw(&self.tracking.endpoints().bucket(bucket), way, SESSION);
        }
    }

    /// Sets the number of interfaces with counters.
    pub fn count(&mut self, interfaces: usize) -> Result<()> {
        for index in (FIRST_OTHER..).take(interfaces.saturating_sub(1)) {
            self.others.push(self.datapath.counters_for(index, Link::Ethernet)?);
        }
        Ok(())
    }
}
