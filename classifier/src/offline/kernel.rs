// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classifies and counts captured packets with the loaded XDP program.

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

use super::{OfflineError, Packet, classify::Classify, clock::Clock, engine, strip::Stripper};
use crate::{
    config::{FtpSettings, Settings},
    datapath::{Datapath, DatapathError, TestCounters},
    ftp::KernelReplay,
    snapshot::FtpSnapshot,
};

/// Interface of a test run: loopback of the network namespace.
const LOOPBACK: u32 = 1;

/// Least bytes of a test run, an Ethernet header (`bpf_prog_test_run_xdp`).
const LEAST: usize = 14;

/// The program, its maps, and the agent's half of the tracking.
pub(super) struct KernelEngine {
    datapath: Datapath,
    kernel_replay: KernelReplay,
    counters: TestCounters,
    link: Link,
    /// Program's counters at the last check.
    seen: Box<Counters>,
    /// Counts since the last request.
    counted: Box<Counters>,
    /// Empty tables for frames that no test run accepts.
    no_tables: HostTables,
    not_run: u64,
    clock: Clock,
    stripper: Stripper,
    number: u64,
}

impl KernelEngine {
    /// Loads the program with its own maps; nothing is attached.
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
            kernel_replay: KernelReplay::new(tracking, &ftp),
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

impl Classify for KernelEngine {
    fn classify(&mut self, packet: &Packet<'_>) -> Result<Option<Class>, OfflineError> {
        self.number += 1;
        let Some((frame, bytes)) = self.stripper.frame(packet) else { return Ok(None) };
        let now = self.clock.at(packet.time);
        self.kernel_replay.before(now);
        let wire = u64::from(packet.wire);
        if bytes.len() < LEAST {
            self.not_run += 1;
            // The frame is too short for any table: its link-layer header, or its first byte, decides.
            let outcome = classify(bytes, frame, &self.no_tables);
            self.counted.count(&outcome, OnWire { packets: 1, bytes: wire }, identity);
            return Ok(Some(outcome.class));
        }
        if frame.link != self.link {
            self.counters.set_link(frame.link)?;
            self.link = frame.link;
        }
        run(&mut self.datapath, bytes, self.number)?;
        self.kernel_replay.behind(now);
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

    fn ftp(&mut self) -> Result<FtpSnapshot, OfflineError> {
        Ok(self.kernel_replay.snapshot()?)
    }
}

impl Drop for KernelEngine {
    fn drop(&mut self) {
        if self.not_run != 0 {
            tracing::warn!(
                "{} packets are shorter than {LEAST} bytes, the minimum for the kernel; the userspace build has \
                 classified them",
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

/// Adds the counts between two checks, with the original bytes of the one packet; returns its class.
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
