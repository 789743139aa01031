// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs and agent, with a clock and pending events between them.

use std::time::Duration;

use classifier::ftp::{Event, Lifetimes, Tracker};
use classifier_common::{
    host::{HostTables, HostTracking},
    packet::{Frame, Link},
    protocol::Protocol,
};

use crate::table::{Asked, HostTable};

const SECOND: u64 = 1_000_000_000;

/// Lifetime of an unused announcement.
pub const TTL: Duration = Duration::from_mins(1);

/// Programs and agent of the FTP tracking.
pub struct World {
    pub tables: HostTables,
    pub tracking: HostTracking,
    pub asked: Asked,
    tracker: Tracker,
    now: u64,
    /// Events that are being held.
    waiting: Option<Vec<Event>>,
}

impl World {
    pub fn new() -> Self {
        Self {
            tables: HostTables::default(),
            tracking: HostTracking::new(classifier_common::control::TrackingConfig::default()),
            asked: Asked::default(),
            tracker: Tracker::new(Lifetimes::new(TTL)),
            now: SECOND,
            waiting: None,
        }
    }

    /// Passes a frame to the programs, and their events to the agent; returns its class.
    pub fn see(&mut self, frame: &[u8]) -> Protocol {
        self.now += 1000;
        let outcome = self.tracking.classify(frame, Frame::on_wire(Link::Ethernet), &self.tables, self.now);
        for event in self.tracking.take_events() {
            let event = Event::of_host(event, self.now);
            match &mut self.waiting {
                Some(waiting) => waiting.push(event),
                None => self.take(event),
            }
        }
        outcome.class.protocol()
    }

    /// Holds events from here on.
    pub fn hold(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// Returns the held events, and ends the holding.
    pub fn held(&mut self) -> Vec<Event> {
        self.waiting.take().expect("events are held")
    }

    /// Passes an event to the agent.
    pub fn take(&mut self, event: Event) {
        let table = HostTable {
            tracking: &self.tracking,
            world: self.tracking.agent(&self.tables, self.now),
            asked: &self.asked,
        };
        self.tracker.take(&table, event, self.now);
    }

    /// Advances the clock, and runs the agent's timer every second, while it has work.
    pub fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += SECOND;
            if self.tracker.is_idle() {
                continue;
            }
            let table = HostTable {
                tracking: &self.tracking,
                world: self.tracking.agent(&self.tables, self.now),
                asked: &self.asked,
            };
            self.tracker.tick(&table, self.now);
        }
    }

    /// Advances the clock at once, and runs the agent's timer then.
    pub fn pass(&mut self, seconds: u64) {
        self.now += (seconds - 1) * SECOND;
        self.wait(1);
    }

    /// Reports a full table of sessions, `ago` nanoseconds ago.
    pub fn full(&mut self, ago: u64) {
        self.now += 1000;
        self.take(Event::Full { came: self.now - ago });
    }

    pub fn is_idle(&self) -> bool {
        self.tracker.is_idle()
    }
}
