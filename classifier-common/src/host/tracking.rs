//! The FTP tracking in user space's own memory, and what the kernel's hooks do with a frame.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use lru::LruCache;

use super::{Event, HostTables, bounded, payload, rates::Rates, world::HostWorld};
use crate::{
    abi::CANDIDATES,
    classify::{classify, relabel},
    control::{
        Candidate, Met, Policy, Segment, Session, SessionKey, TALLIES, Tallies, Tally, hear, meet, receive,
        settle,
    },
    endpoint::{Address, Endpoint, HostSet, State, WAYS, slot},
    outcome::Outcome,
    packet::Frame,
    protocol::Protocol,
    track::{Ends, data, may_be_data},
    tracked::Tracked,
};

/// Sessions, endpoints and tallies, and the events that the kernel would tell the agent.
pub struct HostTracking {
    pub(super) policy: Policy,
    pub(super) endpoints: RefCell<HashMap<usize, Rc<HostSet>>>,
    pub(super) sessions: RefCell<HashMap<SessionKey, Session>>,
    pub(super) candidates: RefCell<LruCache<SessionKey, Candidate>>,
    pub(super) encrypted: RefCell<HashMap<[Address; 2], i64>>,
    pub(super) rates: Rates,
    pub(super) tallies: RefCell<Tallies>,
    pub(super) events: RefCell<Vec<Event>>,
    pub(super) now: Cell<u64>,
    pub(super) begun: Cell<u64>,
}

impl HostTracking {
    /// A tracking that knows no session; `policy` counts no encrypted ones yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            endpoints: RefCell::default(),
            sessions: RefCell::default(),
            candidates: RefCell::new(bounded(CANDIDATES)),
            encrypted: RefCell::default(),
            rates: Rates::default(),
            tallies: RefCell::new([0; TALLIES]),
            events: RefCell::default(),
            now: Cell::new(0),
            begun: Cell::new(0),
        }
    }

    /// Judges a frame that came at `now` nanoseconds, and follows it where it is FTP's: what a hook does.
    pub fn judge(&self, bytes: &[u8], frame: Frame, tables: &HostTables, now: u64) -> Outcome {
        self.now.set(self.now.get().max(now));
        let mut outcome = classify(bytes, frame, tables);
        let Some(tracked) = outcome.tracked else { return outcome };
        let mut ends = Ends::default();
        if !ends.read(bytes, tracked, outcome.headers) {
            return outcome;
        }
        let world = HostWorld { tracking: self, tables, frame: bytes };
        if outcome.class.protocol() == Protocol::FTP_CONTROL {
            self.follow(&world, &ends, &outcome);
        } else if may_be_data(outcome.class) {
            label(&world, &ends, frame, tracked, &mut outcome);
        }
        outcome
    }

    fn follow(&self, world: &HostWorld<'_>, ends: &Ends, outcome: &Outcome) {
        let mut segment = Segment::default();
        ends.segment(outcome.class, self.now.get(), &mut segment);
        let mut found = self.session(&segment.key);
        match meet(world, &segment, found.as_mut()) {
            Met::Session => {}
            Met::Begun => found = self.session(&segment.key),
            Met::Nothing => return,
        }
        let Some(mut session) = found else { return };
        let span = receive(world, &segment, &mut session);
        for byte in payload::span(world.frame, &segment, span.from, span.count) {
            hear(world, &segment, &mut session, *byte);
        }
        settle(world, &segment, &mut session, span);
        self.sessions.borrow_mut().insert(segment.key, session);
    }

    /// What the agent hears with at `now` nanoseconds: the same tables, and no frame.
    pub fn agent<'a>(&'a self, tables: &'a HostTables, now: u64) -> HostWorld<'a> {
        self.now.set(self.now.get().max(now));
        HostWorld { tracking: self, tables, frame: &[] }
    }

    /// Forgets a session, if it is still the one with this [`Session::id`].
    pub fn forget(&self, key: &SessionKey, id: u64) -> bool {
        let known = self.session(key).is_some_and(|session| session.id == id);
        known && self.sessions.borrow_mut().remove(key).is_some()
    }

    /// A session, live or ended.
    #[must_use]
    pub fn session(&self, key: &SessionKey) -> Option<Session> {
        self.sessions.borrow().get(key).copied()
    }

    /// Every session, live or ended, in no order.
    #[must_use]
    pub fn sessions(&self) -> Vec<(SessionKey, Session)> {
        self.sessions.borrow().iter().map(|(key, session)| (*key, *session)).collect()
    }

    /// Every place that is taken, by its slot, in no order.
    #[must_use]
    pub fn endpoints(&self) -> Vec<(u32, Endpoint)> {
        let sets = self.endpoints.borrow();
        let places = sets
            .iter()
            .flat_map(|(number, set)| (0..WAYS).map(move |way| (slot(*number, way), set.place(way))));
        places.filter(|(_, place)| place.word.state() != State::Free).collect()
    }

    /// What was counted.
    #[must_use]
    pub fn tally(&self, tally: Tally) -> u64 {
        self.tallies.borrow().get(tally as usize).copied().unwrap_or_default()
    }

    /// All that was counted.
    #[must_use]
    pub fn tallies(&self) -> Tallies {
        *self.tallies.borrow()
    }

    /// The events since the last call.
    #[must_use]
    pub fn take_events(&self) -> Vec<Event> {
        self.events.take()
    }
}

/// What the endpoints say of a packet.
fn label(world: &HostWorld<'_>, ends: &Ends, frame: Frame, tracked: Tracked, outcome: &mut Outcome) {
    let Some(label) = data(world, ends, outcome.class) else { return };
    (outcome.class, outcome.evidence) = (label.class, label.evidence);
    if tracked.is_first_fragment() {
        outcome.unremembered |= !relabel(world.frame, frame, world.tables, label);
    }
}
