//! Captured packets judged by the loaded XDP program, and counted by it.

use std::convert::identity;

use aya::{TestRun as _, TestRunOptions, programs::Program};
use classifier_common::{
    abi::{Direction, PROGRAM_XDP},
    classify::classify,
    counter::Counters,
    host::HostTables,
    packet::Link,
    protocol::Class,
    segments::OnWire,
};

use super::{OfflineError, Packet, clock::Clock, command::Judge, engine, strip::Stripper};
use crate::{
    config::{FtpSettings, Settings},
    datapath::{Datapath, DatapathError, TestCounters},
    ftp::{self, Rehearsal},
};

/// In a test run a frame comes from the loopback interface of the network namespace.
const LOOPBACK: u32 = 1;

/// No test run takes less than an Ethernet header (`bpf_prog_test_run_xdp`).
const LEAST: usize = 14;

/// The program, its maps, and the agent's half of the tracking.
pub(super) struct KernelEngine {
    datapath: Datapath,
    rehearsal: Rehearsal,
    counters: TestCounters,
    link: Link,
    /// What the program has counted, as of the last look.
    seen: Box<Counters>,
    /// What was counted since it was asked for.
    counted: Box<Counters>,
    /// For frames that no test run takes.
    no_tables: HostTables,
    not_run: u64,
    clock: Clock,
    stripper: Stripper,
    number: u64,
}

impl KernelEngine {
    /// Loads the program, with maps of its own; nothing is attached.
    pub(super) fn load(settings: &Settings) -> Result<Self, OfflineError> {
        let plain = FtpSettings::default();
        let ftp = FtpSettings {
            control_rate: u32::MAX,
            max_sessions: plain.max_sessions,
            max_endpoints: plain.max_endpoints,
            ..settings.ftp.clone()
        };
        let (mut datapath, tracking) = Datapath::load(false, &ftp)?;
        datapath.set_ports(&settings.ports);
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet)?;
        datapath.program(PROGRAM_XDP)?;
        Ok(Self {
            datapath,
            rehearsal: Rehearsal::new(tracking, &ftp),
            counters,
            link: Link::Ethernet,
            seen: engine::none(),
            counted: engine::none(),
            no_tables: HostTables::empty(),
            not_run: 0,
            clock: Clock::default(),
            stripper: Stripper::default(),
            number: 0,
        })
    }
}

impl Judge for KernelEngine {
    fn judge(&mut self, packet: &Packet<'_>) -> Result<Option<Class>, OfflineError> {
        self.number += 1;
        let Some((frame, bytes)) = self.stripper.frame(packet) else { return Ok(None) };
        let now = self.clock.at(packet.time);
        self.rehearsal.before(now);
        let wire = u64::from(packet.wire);
        if bytes.len() < LEAST {
            self.not_run += 1;
            // Too short to be anything but what its link-layer header, or its first byte, already says.
            let outcome = classify(bytes, frame, &self.no_tables);
            self.counted.count(&outcome, OnWire { packets: 1, bytes: wire }, identity);
            return Ok(Some(outcome.class));
        }
        if frame.link != self.link {
            self.counters.set_link(frame.link)?;
            self.link = frame.link;
        }
        run(&mut self.datapath, bytes, self.number)?;
        self.rehearsal.behind(now);
        let after = self.counters.read(Direction::Ingress)?;
        let class = add_growth(&mut self.counted, &self.seen, &after, wire);
        self.seen = after;
        Ok(class)
    }

    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn take_counters(&mut self) -> Result<Box<Counters>, OfflineError> {
        Ok(std::mem::replace(&mut self.counted, engine::none()))
    }

    fn ftp(&mut self) -> Result<ftp::Snapshot, OfflineError> {
        Ok(self.rehearsal.snapshot(self.clock.now())?)
    }
}

impl Drop for KernelEngine {
    fn drop(&mut self) {
        if self.not_run != 0 {
            tracing::warn!(
                "{} packets are shorter than {LEAST} bytes, which the kernel runs no program over; the host's build has \
                 judged them",
                self.not_run
            );
        }
    }
}

fn run(datapath: &mut Datapath, frame: &[u8], packet: u64) -> Result<(), OfflineError> {
    let Program::Xdp(xdp) = datapath.program(PROGRAM_XDP)? else {
        return Err(DatapathError::Missing(PROGRAM_XDP).into());
    };
    let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
    xdp.test_run(options).map(drop).map_err(|cause| OfflineError::Run { packet, cause })
}

/// Adds what was counted in between, with the bytes that the one packet had on the wire; what it was counted as.
fn add_growth(sum: &mut Counters, before: &Counters, after: &Counters, wire: u64) -> Option<Class> {
    let (mut grown, mut before) = (*after, *before);
    for (grown, before) in grown.numbers_mut().zip(before.numbers_mut()) {
        *grown -= *before;
    }
    let counted = grown.classes.iter().position(|tally| tally.packets != 0)?;
    grown.classes[counted].bytes = wire;
    sum.merge(&grown);
    u32::try_from(counted).ok().map(Class::from_index)
}
