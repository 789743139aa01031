// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classifies and counts captured packets with the userspace build of the programs.

use std::{convert::identity, mem};

use classifier_common::{
    assigned_port::AssignedPort, counter::Counters, host::HostTracking, packet::Link, protocol::Class,
    segments::OnWire,
};

use super::{Packet, clock::Clock, followed::Followed, strip::Stripper};
use crate::{
    config::FtpSettings, evidence::Evidence, ftp::Replay, protocol_names::ProtocolNames,
    snapshot::FtpSnapshot,
};

/// The kernel's work on packets, and the agent's on FTP sessions, by the clock of a capture.
///
/// Memory is bounded: it does not grow with the number of packets.
pub struct Engine {
    replay: Replay,
    followed: Followed,
    counters: Box<Counters>,
    clock: Clock,
    stripper: Stripper,
}

impl Engine {
    /// Creates an engine that has seen nothing; `ports` are those of [`Settings`](crate::config::Settings).
    #[must_use]
    pub fn new(settings: &FtpSettings, ports: &[AssignedPort]) -> Self {
        Self {
            replay: Replay::new(settings, ports),
            followed: Followed::default(),
            counters: none(),
            clock: Clock::default(),
            stripper: Stripper::default(),
        }
    }

    /// Classifies and counts a packet; `None`, and no count, for an unsupported link type.
    pub fn classify(&mut self, packet: &Packet<'_>) -> Option<Class> {
        let (frame, bytes) = self.stripper.frame(packet)?;
        let now = self.clock.at(packet.time);
        let outcome = self.replay.classify(bytes, frame, now);
        self.counters.count(&outcome, OnWire { packets: 1, bytes: packet.wire.into() }, identity);
        self.followed.see(bytes, &outcome, self.replay.tables(), now, &mut self.counters);
        Some(outcome.class)
    }

    /// Returns the time of the last packet, in nanoseconds since 1970; 0 before the first.
    #[must_use]
    pub const fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Takes the counts since the last call.
    pub fn take_counters(&mut self) -> Box<Counters> {
        mem::replace(&mut self.counters, none())
    }

    /// Returns the observations of FTP.
    #[must_use]
    pub fn ftp(&self) -> FtpSnapshot {
        self.replay.snapshot(self.clock.now())
    }

    /// Returns the peers of connections.
    #[must_use]
    pub fn evidence(&self, names: &ProtocolNames) -> Evidence {
        self.followed.evidence(names)
    }

    /// Returns the programs' half of the tracking.
    #[must_use]
    pub const fn tracking(&self) -> &HostTracking {
        self.replay.tracking()
    }
}

/// Creates counters of no interface, at 0.
pub(super) fn none() -> Box<Counters> {
    Box::new(Counters::new(0, Link::Ethernet as u32))
}
