//! The tracker and the host's build of the programs, over packets that were captured: what happens live between the
//! kernel and the agent, in one process and by the capture's clock.

use std::{cell::RefCell, time::Duration};

use classifier_common::{
    abi::SESSIONS,
    control::{Hearing, Learned, Policy, SessionKey, Tally, World as _},
    endpoint::{SETS, WAYS},
    host::{CountedSet, HostTables, HostTracking, HostWorld},
    outcome::Outcome,
    packet::Frame,
    ports::Transport,
    protocol::Protocol,
};

use super::{
    Event, Lifetimes, Snapshot, Table, Tracker, crowd::giving_way, sessions::count_forgotten,
    tracker::nanoseconds,
};
use crate::config::FtpSettings;

/// How often what is over is looked for, as the agent does while there is anything to wait for.
const BEAT: Duration = Duration::from_secs(1);

/// The agent's timer, by the clock of a capture.
#[derive(Default)]
pub(super) struct Beat {
    /// When what is over was looked for last, or there began to be something.
    last: u64,
}

impl Beat {
    /// Whether what is over is to be looked for now.
    pub(super) fn is_due(&mut self, tracker: &Tracker, now: u64) -> bool {
        let is_due = !tracker.is_idle() && now.saturating_sub(self.last) >= nanoseconds(BEAT);
        if is_due {
            self.last = now;
        }
        is_due
    }

    /// The timer does not run while there is nothing to wait for.
    pub(super) const fn follow(&mut self, was_idle: bool, now: u64) {
        if was_idle {
            self.last = now;
        }
    }
}

/// The whole tracking.
pub struct Replay {
    tables: HostTables,
    tracking: HostTracking,
    tracker: Tracker,
    beat: Beat,
}

impl Replay {
    /// Nothing has been seen. `ports` as in [`Settings`](crate::config::Settings).
    ///
    /// How much is remembered is as without settings; a source may hand over any number of segments: that bound keeps
    /// a running agent from being flooded.
    #[must_use]
    pub fn new(settings: &FtpSettings, ports: &[(Transport, u16, Protocol)]) -> Self {
        let mut tables = HostTables::default();
        for (transport, port, protocol) in ports {
            tables.assign(*transport, *port, *protocol);
        }
        let policy = Policy {
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

    /// Judges a frame that came at `now` nanoseconds, no earlier than the one before it.
    pub fn judge(&mut self, bytes: &[u8], frame: Frame, now: u64) -> Outcome {
        if self.beat.is_due(&self.tracker, now) {
            self.tracker.tick(&table(&self.tracking, &self.tables, now), now);
        }
        let outcome = self.tracking.judge(bytes, frame, &self.tables, now);
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

    /// What was seen of FTP, as a scrape would have it.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> Snapshot {
        Snapshot {
            tallies: self.tracking.tallies(),
            endpoints: self.tracker.census(&table(&self.tracking, &self.tables, now)),
            capacity: (SETS * WAYS) as u64,
            sessions: SESSIONS as u64,
        }
    }

    /// The programs' half.
    #[must_use]
    pub const fn tracking(&self) -> &HostTracking {
        &self.tracking
    }
}

fn table<'a>(tracking: &'a HostTracking, tables: &'a HostTables, now: u64) -> HostTable<'a> {
    HostTable { tracking, world: tracking.agent(tables, now), learned: RefCell::default() }
}

/// This process's memory behind the tracker's verbs.
struct HostTable<'a> {
    tracking: &'a HostTracking,
    world: HostWorld<'a>,
    learned: RefCell<Vec<(u64, u32)>>,
}

impl<'a> Hearing for HostTable<'a> {
    type Set = CountedSet<'a>;

    fn policy(&self) -> Policy {
        self.world.policy()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.world.is_known_port(port)
    }

    fn endpoints(&self, set: usize) -> Option<Self::Set> {
        self.world.endpoints(set)
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
        self.tracking.forget(key, id);
        count_forgotten(&session, |tally, number| self.tally(tally, number));
        if session.is_encrypted() && !session.has_ended() {
            self.world.encrypted(key, -1);
        }
    }

    fn make_room(&self) {
        let sessions = self.tracking.sessions();
        if sessions.len() >= SESSIONS {
            for (key, session) in giving_way(sessions) {
                self.forget(&key, session.id);
            }
        }
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.learned.take()
    }
}
