//! The tracker and the loaded programs, over packets that were captured: their maps, and the capture's clock.

use std::{cell::RefCell, collections::HashMap};

use classifier_common::{
    control::{Hearing, Learned, Policy, SessionKey, Tally},
    endpoint::{Owner, Set, Word, place_of},
};

use super::{
    Event, Lifetimes, Snapshot, Table, Tracker, crowd::giving_way, replay::Beat, sessions::count_forgotten,
};
use crate::{
    config::FtpSettings,
    counters::ReadError,
    datapath::{SharedSet, Tracking},
};

/// By set and place: the time that the programs' clock had when it came into its state, and the capture's.
type Times = RefCell<HashMap<(usize, usize), [u64; 2]>>;

/// The agent's half of the tracking beside programs that are run by hand.
pub struct Rehearsal {
    tracking: Tracking,
    tracker: Tracker,
    times: Times,
    beat: Beat,
}

impl Rehearsal {
    /// Nothing has been seen.
    #[must_use]
    pub fn new(tracking: Tracking, settings: &FtpSettings) -> Self {
        let tracker = Tracker::new(Lifetimes::new(settings.endpoint_ttl));
        Self { tracking, tracker, times: Times::default(), beat: Beat::default() }
    }

    /// What the agent does before a packet that comes at `now`: ends what is over.
    pub fn before(&mut self, now: u64) {
        if self.beat.is_due(&self.tracker, now) {
            let forgotten = RefCell::default();
            self.tracker.tick(&maps(&self.tracking, &self.times, &forgotten, now), now);
            self.forget(&forgotten.into_inner());
        }
    }

    /// What it does behind a program's run: takes its events.
    pub fn behind(&mut self, now: u64) {
        let was_idle = self.tracker.is_idle();
        loop {
            let mut event = None;
            if !self.tracking.next_event(|bytes| event = Event::read(bytes)) {
                break;
            }
            let Some(event) = event else { continue };
            let forgotten = RefCell::default();
            let table = maps(&self.tracking, &self.times, &forgotten, now);
            self.tracker.take(&table, event.at(now), now);
            self.forget(&forgotten.into_inner());
        }
        self.beat.follow(was_idle, now);
        for (number, way) in self.tracker.slots().map(place_of) {
            timed(&self.tracking, &self.times, number, now).since(way);
        }
    }

    fn forget(&mut self, sessions: &[(SessionKey, u64)]) {
        for (key, session) in sessions {
            if let Some(session) = self.tracking.forget(key, *session) {
                count_forgotten(&session, |tally, number| self.tracking.own().add(tally, number));
            }
        }
    }

    /// What was seen of FTP, as a scrape would have it.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read its numbers.
    pub fn snapshot(&self, now: u64) -> Result<Snapshot, ReadError> {
        let mut tallies = self.tracking.tallies()?;
        for (sum, own) in tallies.iter_mut().zip(self.tracking.own().tallies()) {
            *sum += own;
        }
        let forgotten = RefCell::default();
        let endpoints = self.tracker.census(&maps(&self.tracking, &self.times, &forgotten, now));
        let capacity = self.tracking.endpoints().capacity() as u64;
        Ok(Snapshot { tallies, endpoints, capacity, sessions: self.tracking.capacity().into() })
    }
}

/// The maps behind the tracker's verbs.
struct Maps<'a> {
    tracking: &'a Tracking,
    times: &'a Times,
    now: u64,
    forgotten: &'a RefCell<Vec<(SessionKey, u64)>>,
    learned: RefCell<Vec<(u64, u32)>>,
}

fn maps<'a>(
    tracking: &'a Tracking,
    times: &'a Times,
    forgotten: &'a RefCell<Vec<(SessionKey, u64)>>,
    now: u64,
) -> Maps<'a> {
    Maps { tracking, times, now, forgotten, learned: RefCell::default() }
}

impl<'a> Hearing for Maps<'a> {
    type Set = Timed<'a>;

    fn policy(&self) -> Policy {
        self.tracking.policy()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.tracking.is_known_port(port)
    }

    fn endpoints(&self, set: usize) -> Option<Self::Set> {
        Some(timed(self.tracking, self.times, set, self.now))
    }

    fn tally(&self, tally: Tally, number: u64) {
        self.tracking.own().add(tally, number);
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.learned.borrow_mut().push((session, learned.slot));
    }
}

impl Table for Maps<'_> {
    fn forget(&self, key: &SessionKey, session: u64) {
        self.forgotten.borrow_mut().push((*key, session));
    }

    fn make_room(&self) {
        let sessions: Vec<_> = self.tracking.sessions().filter_map(Result::ok).collect();
        if sessions.len() >= self.tracking.capacity() as usize {
            for (key, session) in giving_way(sessions) {
                self.forget(&key, session.id);
            }
        }
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.learned.take()
    }
}

/// A set whose times are the capture's.
struct Timed<'a> {
    set: SharedSet<'a>,
    number: usize,
    times: &'a Times,
    now: u64,
}

fn timed<'a>(tracking: &'a Tracking, times: &'a Times, number: usize, now: u64) -> Timed<'a> {
    Timed { set: tracking.endpoints().set(number), number, times, now }
}

impl Set for Timed<'_> {
    fn word(&self, way: usize) -> Word {
        self.set.word(way)
    }

    fn is_of(&self, way: usize, owner: &Owner) -> bool {
        self.set.is_of(way, owner)
    }

    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        self.set.replace(way, old, new)
    }

    fn fill(&self, way: usize, owner: &Owner, session: u64, word: Word) {
        self.set.fill(way, owner, session, word);
    }

    /// Looked at behind every packet, so that one whose time is another than before has come into its state with this
    /// one; the host's tables are a nanosecond behind their packet.
    fn since(&self, way: usize) -> u64 {
        let theirs = self.set.since(way);
        let mut times = self.times.borrow_mut();
        let known = times.entry((self.number, way)).or_default();
        if known[0] != theirs {
            *known = [theirs, self.now + 1];
        }
        known[1]
    }

    fn session(&self, way: usize) -> u64 {
        self.set.session(way)
    }

    fn port_taken(&self, port: u16) {
        self.set.port_taken(port);
    }

    fn port_left(&self, port: u16) {
        self.set.port_left(port);
    }
}
