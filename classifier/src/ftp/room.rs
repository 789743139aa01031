//! The tracker among the kernel's maps.

use std::{
    cell::{Cell, RefCell},
    io,
    os::fd::OwnedFd,
};

use classifier_common::{
    abi::EVENT_BYTES,
    control::{Header, Hearing, Learned, Policy, Session, SessionKey, Tallies, Tally},
    endpoint::{Endpoint, State},
};

use tokio::io::unix::AsyncFd;

use super::{Event, Lifetimes, Table, Tracker, crowd::giving_way, sessions::count_forgotten};
use crate::{
    config::FtpSettings,
    counters::ReadError,
    datapath::{SharedSet, Tracking, now},
    metrics::LearnTimes,
};

/// Events that are taken at a stretch, before others have their turn.
const STRETCH: usize = 256;

/// Stretches that hold as many events as the ring buffer does.
const MANY: usize = EVENT_BYTES / size_of::<Header>() / STRETCH;

/// The tracker, the maps, and what the agent has counted itself.
pub struct Room {
    tracking: Tracking,
    tracker: Tracker,
    times: LearnTimes,
    /// Events that the programs could not send, as of the last look.
    lost: u64,
    /// Whether that look was after the last event.
    looked: bool,
}

/// What a scrape sees of the tracking.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The programs' numbers and the agent's, summed.
    pub tallies: Tallies,
    /// Endpoints by mode (active, passive) and state (announced, connected).
    pub endpoints: [[u64; 2]; 2],
    /// Endpoints that there is room for.
    pub capacity: u64,
    /// Sessions that there is room for.
    pub sessions: u64,
}

impl Snapshot {
    /// Sessions in the map, those that have ended and are not yet forgotten among them.
    #[must_use]
    pub fn held_sessions(&self) -> u64 {
        let of = |tally: Tally| self.tallies[tally as usize];
        of(Tally::SessionsOpened)
            .saturating_sub(of(Tally::SessionsReplaced))
            .saturating_sub(of(Tally::SessionsForgotten))
    }
}

impl Room {
    /// The tracker begins with what is in the maps.
    #[must_use]
    pub fn new(tracking: Tracking, lifetimes: Lifetimes, times: LearnTimes) -> Self {
        let mut room = Self { tracking, tracker: Tracker::new(lifetimes), times, lost: 0, looked: true };
        if room.tracking.goes_on() {
            room.take_stock();
            room.lost = room.tracking.tallies().map_or(0, |tallies| tallies[Tally::EventsLost as usize]);
        }
        room
    }

    /// Goes on by these settings.
    pub fn set(&mut self, settings: &FtpSettings) {
        self.tracking.set_policy(settings);
        self.tracker.set_lifetimes(Lifetimes::new(settings.endpoint_ttl));
    }

    /// A descriptor that is readable when there are events.
    ///
    /// # Errors
    ///
    /// When the system has no descriptor left, or does not wait for this one.
    pub fn readiness(&self) -> io::Result<AsyncFd<OwnedFd>> {
        self.tracking.readiness()
    }

    /// Takes events; `true` if there may be more.
    pub fn take_events(&mut self) -> bool {
        let mut taken = 0;
        while taken < STRETCH {
            let mut event = None;
            if !self.tracking.next_event(|bytes| event = Event::read(bytes)) {
                return false;
            }
            taken += 1;
            match event {
                Some(event) => self.take(event),
                None => self.tracking.own().add(Tally::EventsLost, 1),
            }
        }
        true
    }

    fn take(&mut self, event: Event) {
        self.looked = false;
        if let Event::Learned { nanoseconds, .. } = &event {
            self.times.by_kernel(*nanoseconds);
        }
        let came = event.came();
        let forgotten = RefCell::default();
        let table = Maps::new(&self.tracking, &forgotten);
        self.tracker.take(&table, event, now());
        if let Some(came) = came {
            (0..table.count.get()).for_each(|_| self.times.by_agent(now().saturating_sub(came)));
        }
        self.forget(&forgotten.into_inner());
    }

    /// Ends what is over.
    pub fn tick(&mut self) {
        self.look_for_losses();
        let forgotten = RefCell::default();
        let table = Maps::new(&self.tracking, &forgotten);
        self.tracker.tick(&table, now());
        self.forget(&forgotten.into_inner());
    }

    fn forget(&mut self, sessions: &[(SessionKey, u64)]) {
        for (key, session) in sessions {
            let Some(session) = self.tracking.forget(key, *session) else { continue };
            count_forgotten(&session, |tally, number| self.tracking.own().add(tally, number));
        }
    }

    /// Whether time alone can change anything.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tracker.is_idle() && self.looked
    }

    /// Events were lost: the maps themselves say what is in them.
    fn look_for_losses(&mut self) {
        self.looked = true;
        let lost = self.tracking.tallies().map_or(self.lost, |tallies| tallies[Tally::EventsLost as usize]);
        if lost == self.lost {
            return;
        }
        self.lost = lost;
        self.take_stock();
    }

    /// Takes what is in the maps in: endpoints, and sessions that have ended.
    fn take_stock(&mut self) {
        let table = self.tracking.endpoints();
        let slots = (1..=u32::try_from(table.capacity()).unwrap_or(u32::MAX))
            .filter(|slot| table.at(*slot).word.state() != State::Free);
        self.tracker.take_stock(slots);
        let ended = |(key, session): (SessionKey, Session)| {
            session.has_ended().then_some(Event::Ended { key, session: session.id })
        };
        let ended: Vec<_> = self.tracking.sessions().filter_map(Result::ok).filter_map(ended).collect();
        for event in ended {
            self.take(event);
        }
        self.looked = true;
    }

    /// What a scrape sees, with every event that was sent before taken into it.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read its numbers.
    pub fn snapshot(&mut self) -> Result<Snapshot, ReadError> {
        // As many as the ring holds, and no more: a flood must not hold up a scrape.
        let _ = (0..MANY).all(|_| self.take_events());
        let tallies = self.tallies()?;
        let forgotten = RefCell::default();
        let endpoints = self.tracker.census(&Maps::new(&self.tracking, &forgotten));
        let capacity = self.tracking.endpoints().capacity() as u64;
        Ok(Snapshot { tallies, endpoints, capacity, sessions: self.tracking.capacity().into() })
    }

    /// The programs' numbers and the agent's, summed.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read its numbers.
    pub fn tallies(&self) -> Result<Tallies, ReadError> {
        let mut tallies = self.tracking.tallies()?;
        for (sum, own) in tallies.iter_mut().zip(self.tracking.own().tallies()) {
            *sum += own;
        }
        Ok(tallies)
    }

    /// The endpoints in the table.
    pub fn endpoints(&self) -> impl Iterator<Item = Endpoint> {
        self.tracker.slots().map(|slot| self.tracking.endpoints().at(slot))
    }

    /// Every session.
    pub fn sessions(&self) -> impl Iterator<Item = Result<(SessionKey, Session), ReadError>> {
        self.tracking.sessions()
    }
}

/// The maps behind the tracker's verbs.
struct Maps<'a> {
    tracking: &'a Tracking,
    forgotten: &'a RefCell<Vec<(SessionKey, u64)>>,
    learned: RefCell<Vec<(u64, u32)>>,
    count: Cell<usize>,
}

impl<'a> Maps<'a> {
    fn new(tracking: &'a Tracking, forgotten: &'a RefCell<Vec<(SessionKey, u64)>>) -> Self {
        Self { tracking, forgotten, learned: RefCell::default(), count: Cell::new(0) }
    }
}

impl<'a> Hearing for Maps<'a> {
    type Set = SharedSet<'a>;

    fn policy(&self) -> Policy {
        self.tracking.policy()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.tracking.is_known_port(port)
    }

    fn endpoints(&self, set: usize) -> Option<Self::Set> {
        Some(self.tracking.endpoints().set(set))
    }

    fn set_number(&self, set: usize) -> usize {
        self.tracking.endpoints().number(set)
    }

    fn tally(&self, tally: Tally, number: u64) {
        self.tracking.own().add(tally, number);
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.learned.borrow_mut().push((session, learned.slot));
        self.count.set(self.count.get() + 1);
    }
}

impl Table for Maps<'_> {
    fn forget(&self, key: &SessionKey, session: u64) {
        self.forgotten.borrow_mut().push((*key, session));
    }

    fn make_room(&self) {
        let sessions: Vec<_> = self.tracking.sessions().filter_map(Result::ok).collect();
        if sessions.len() < self.tracking.capacity() as usize {
            return;
        }
        for (key, session) in giving_way(sessions) {
            self.forget(&key, session.id);
        }
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.learned.take()
    }
}
