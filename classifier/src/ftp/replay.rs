// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Replays captured packets with the userspace build of the programs: the exchange between the kernel and the
//! agent, in one process and by the capture's clock.

use std::{cell::RefCell, time::Duration};

use classifier_common::{
    abi::SESSIONS,
    assigned_port::AssignedPort,
    control::{Learned, LineEnv, SegmentEnv as _, SessionKey, Tally, TrackingConfig},
    endpoint::{BUCKETS, WAYS},
    host::{CountedBucket, HostEnv, HostTables, HostTracking},
    outcome::Outcome,
    packet::Frame,
};

use super::{Event, Lifetimes, Table, Tracker, eviction::evicted, sessions::count_forgotten};
use crate::{clock::nanoseconds, config::FtpSettings, snapshot::FtpSnapshot};

/// Period of the search for expired entries, as in the agent.
const BEAT: Duration = Duration::from_secs(1);

/// The agent's timer, by the clock of a capture.
#[derive(Default)]
pub(super) struct Beat {
    /// Time of the last search, or of the first entry that can expire.
    last: u64,
}

impl Beat {
    /// Tells whether to search for expired entries now.
    pub(super) fn is_due(&mut self, tracker: &Tracker, now: u64) -> bool {
        let is_due = !tracker.is_idle() && now.saturating_sub(self.last) >= nanoseconds(BEAT);
        if is_due {
            self.last = now;
        }
        is_due
    }

    /// Restarts the timer, which does not run while nothing can expire.
    pub(super) const fn follow(&mut self, was_idle: bool, now: u64) {
        if was_idle {
            self.last = now;
        }
    }
}

/// The FTP tracking of captured packets.
pub struct Replay {
    tables: HostTables,
    tracking: HostTracking,
    tracker: Tracker,
    beat: Beat,
}

impl Replay {
    /// Creates a replay that has seen nothing. `ports` as in [`Settings`](crate::config::Settings).
    ///
    /// Capacities have their defaults. A source may forward any number of segments: the bound on them
    /// protects a running agent from floods.
    #[must_use]
    pub fn new(settings: &FtpSettings, ports: &[AssignedPort]) -> Self {
        let mut tables = HostTables::default();
        tables.follows_flows = true;
        for port in ports {
            tables.assign(port);
        }
        let policy = TrackingConfig {
            allow_foreign_address: settings.allow_foreign_address.into(),
            infer_encrypted: settings.infer_encrypted.into(),
            control_rate: u64::MAX,
            encrypted: 0,
        };
        Self {
            tables,
            tracking: HostTracking::new(policy),
            tracker: Tracker::new(Lifetimes::new(settings.endpoint_ttl)),
            beat: Beat::default(),
        }
    }

    /// Classifies a frame at `now` nanoseconds, no earlier than the previous one.
    pub fn classify(&mut self, bytes: &[u8], frame: Frame, now: u64) -> Outcome {
        if self.beat.is_due(&self.tracker, now) {
            self.tracker.tick(&table(&self.tracking, &self.tables, now), now);
        }
        let outcome = self.tracking.classify(bytes, frame, &self.tables, now);
        if outcome.tracked.is_some() {
            let was_idle = self.tracker.is_idle();
            for event in self.tracking.take_events() {
                let table = table(&self.tracking, &self.tables, now);
                self.tracker.take(&table, Event::of_host(event, now), now);
            }
            self.beat.follow(was_idle, now);
        }
        outcome
    }

    /// Returns the port table.
    #[must_use]
    pub const fn tables(&self) -> &HostTables {
        &self.tables
    }

    /// Returns the observations of FTP, as a scrape does.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> FtpSnapshot {
        FtpSnapshot {
            tallies: self.tracking.tallies(),
            endpoints: self.tracker.census(&table(&self.tracking, &self.tables, now)),
            capacity: (BUCKETS * WAYS) as u64,
            sessions: SESSIONS as u64,
        }
    }

    /// Returns the programs' half.
    #[must_use]
    pub const fn tracking(&self) -> &HostTracking {
        &self.tracking
    }
}

fn table<'a>(tracking: &'a HostTracking, tables: &'a HostTables, now: u64) -> HostTable<'a> {
    HostTable { tracking, world: tracking.agent(tables, now), learned: RefCell::default() }
}

/// Tables in this process, for the tracker.
struct HostTable<'a> {
    tracking: &'a HostTracking,
    world: HostEnv<'a>,
    learned: RefCell<Vec<(u64, u32)>>,
}

impl<'a> LineEnv for HostTable<'a> {
    type Bucket = CountedBucket<'a>;

    fn config(&self) -> TrackingConfig {
        self.world.config()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.world.is_known_port(port)
    }

    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket> {
        self.world.endpoints(bucket)
    }

    fn tally(&self, tally: Tally, number: u64) {
        self.world.tally(tally, number);
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.learned.borrow_mut().push((session, learned.slot));
    }
}

impl Table for HostTable<'_> {
    fn forget(&self, key: &SessionKey, id: u64) {
        let Some(session) = self.tracking.session(key).filter(|session| session.id == id) else { return };
        self.tracking.remove_session(key, id);
        count_forgotten(&session, |tally, number| self.tally(tally, number));
        if session.is_paired() {
            self.world.leave_pair(key);
        }
    }

    fn make_room(&self) {
        let sessions = self.tracking.sessions();
        if sessions.len() >= SESSIONS {
            for (key, session) in evicted(sessions) {
                self.forget(&key, session.id);
            }
        }
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.learned.take()
    }
}
