//! Programs and agent, with a clock and what is under way between them.

use std::time::Duration;

use classifier::ftp::{Event, Lifetimes, Tracker};
use classifier_common::{
    host::{HostTables, HostTracking},
    packet::{Frame, Link},
    protocol::Protocol,
};

use crate::table::{Asked, HostTable};

const SECOND: u64 = 1_000_000_000;

/// How long an announcement lives that nobody uses.
pub const TTL: Duration = Duration::from_mins(1);

/// The whole tracking.
pub struct World {
    pub tables: HostTables,
    pub tracking: HostTracking,
    pub asked: Asked,
    tracker: Tracker,
    now: u64,
    /// Events wait here while they are held.
    waiting: Option<Vec<Event>>,
}

impl World {
    pub fn new() -> Self {
        Self {
            tables: HostTables::default(),
            tracking: HostTracking::new(classifier_common::control::Policy::default()),
            asked: Asked::default(),
            tracker: Tracker::new(Lifetimes::new(TTL)),
            now: SECOND,
            waiting: None,
        }
    }

    /// Shows a frame to the programs, and their events to the agent; what the frame is taken for.
    pub fn see(&mut self, frame: &[u8]) -> Protocol {
        self.now += 1000;
        let outcome = self.tracking.judge(frame, Frame::on_wire(Link::Ethernet), &self.tables, self.now);
        for event in self.tracking.take_events() {
            let event = Event::of_host(event, self.now);
            match &mut self.waiting {
                Some(waiting) => waiting.push(event),
                None => self.take(event),
            }
        }
        outcome.class.protocol()
    }

    /// From here on, events wait.
    pub fn hold(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// What has waited, and waits no more.
    pub fn held(&mut self) -> Vec<Event> {
        self.waiting.take().expect("events are held")
    }

    /// The agent takes an event.
    pub fn take(&mut self, event: Event) {
        let table = HostTable {
            tracking: &self.tracking,
            world: self.tracking.agent(&self.tables, self.now),
            asked: &self.asked,
        };
        self.tracker.take(&table, event, self.now);
    }

    /// Time passes, and the agent looks every second, as it does while there is anything to wait for.
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

    /// There is no room for a session, said `ago` nanoseconds ago.
    pub fn full(&mut self, ago: u64) {
        self.now += 1000;
        self.take(Event::Full { came: self.now - ago });
    }

    pub fn is_idle(&self) -> bool {
        self.tracker.is_idle()
    }
}
