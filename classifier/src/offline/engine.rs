//! Captured packets judged and counted by the host's build of the programs.

use std::{convert::identity, mem};

use classifier_common::{
    counter::Counters,
    host::HostTracking,
    packet::Link,
    ports::Transport,
    protocol::{Class, Protocol},
    segments::OnWire,
};

use super::{Packet, clock::Clock, followed::Followed, strip::Stripper};
use crate::{
    config::{FtpSettings, ProtocolNames},
    evidence::Evidence,
    ftp::{self, Replay},
};

/// What the kernel does with packets, and the agent with their FTP sessions, by the clock of a capture.
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
    /// Nothing has been seen; `ports` are those of [`Settings`](crate::config::Settings).
    #[must_use]
    pub fn new(settings: &FtpSettings, ports: &[(Transport, u16, Protocol)]) -> Self {
        Self {
            replay: Replay::new(settings, ports),
            followed: Followed::default(),
            counters: none(),
            clock: Clock::default(),
            stripper: Stripper::default(),
        }
    }

    /// Judges a packet and counts it; `None` of a link type that cannot be judged: it is not counted.
    pub fn judge(&mut self, packet: &Packet<'_>) -> Option<Class> {
        let (frame, bytes) = self.stripper.frame(packet)?;
        let now = self.clock.at(packet.time);
        let outcome = self.replay.judge(bytes, frame, now);
        self.counters.count(&outcome, OnWire { packets: 1, bytes: packet.wire.into() }, identity);
        self.followed.see(bytes, &outcome, now, &mut self.counters);
        Some(outcome.class)
    }

    /// When the last packet came, in nanoseconds since 1970; 0 before the first.
    #[must_use]
    pub const fn now(&self) -> u64 {
        self.clock.now()
    }

    /// What was counted since the last call.
    pub fn take_counters(&mut self) -> Box<Counters> {
        mem::replace(&mut self.counters, none())
    }

    /// What was seen of FTP until now.
    #[must_use]
    pub fn ftp(&self) -> ftp::Snapshot {
        self.replay.snapshot(self.clock.now())
    }

    /// Whom connections were with until now.
    #[must_use]
    pub fn evidence(&self, names: &ProtocolNames) -> Evidence {
        self.followed.evidence(names)
    }

    /// The programs' half of the tracking.
    #[must_use]
    pub const fn tracking(&self) -> &HostTracking {
        self.replay.tracking()
    }
}

/// Counters of no interface, at 0.
pub(super) fn none() -> Box<Counters> {
    Box::new(Counters::new(0, Link::Ethernet as u32))
}
