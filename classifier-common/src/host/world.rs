//! The tracking's surroundings over user space's own memory.

use std::rc::Rc;

use super::{Event, HostTables, HostTracking, endpoints::CountedSet, payload};
use crate::{
    abi::SESSIONS,
    control::{
        Candidate, Flags, Hearing, Learned, Policy, Segment, Session, SessionKey, Side, Stream, Tally, World,
    },
    endpoint::Address,
    ports::Transport,
    tables::Tables as _,
};

/// The tracking, and the frame that it is at.
pub struct HostWorld<'a> {
    pub(super) tracking: &'a HostTracking,
    pub(super) tables: &'a HostTables,
    pub(super) frame: &'a [u8],
}

impl HostWorld<'_> {
    fn tell(&self, event: Event) {
        self.tracking.events.borrow_mut().push(event);
    }
}

impl<'a> Hearing for HostWorld<'a> {
    type Set = CountedSet<'a>;

    fn policy(&self) -> Policy {
        let encrypted: i64 = self.tracking.encrypted.borrow().values().sum();
        Policy { encrypted: encrypted.cast_unsigned(), ..self.tracking.policy }
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.tables.port(Transport::Tcp, port).is_known()
    }

    fn endpoints(&self, set: usize) -> Option<Self::Set> {
        let set = Rc::clone(self.tracking.endpoints.borrow_mut().entry(set).or_default());
        set.set_clock(self.tracking.now.get());
        Some(CountedSet { set, tables: self.tables })
    }

    fn tally(&self, tally: Tally, number: u64) {
        if let Some(entry) = self.tracking.tallies.borrow_mut().get_mut(tally as usize) {
            *entry += number;
        }
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.tell(Event::Learned { session, learned: *learned });
    }
}

impl World for HostWorld<'_> {
    fn candidate(&self, key: &SessionKey) -> Option<Candidate> {
        self.tracking.candidates.borrow_mut().get(key).copied()
    }

    fn keep_candidate(&self, key: &SessionKey, candidate: &Candidate) {
        self.tracking.candidates.borrow_mut().put(*key, *candidate);
    }

    fn drop_candidate(&self, key: &SessionKey) {
        self.tracking.candidates.borrow_mut().pop(key);
    }

    fn begin(&self, segment: &Segment, next: [u32; 2], flags: u32) -> bool {
        let mut sessions = self.tracking.sessions.borrow_mut();
        if sessions.len() >= SESSIONS && !sessions.contains_key(&segment.key) {
            return false;
        }
        let id = self.tracking.begun.get() + 1;
        self.tracking.begun.set(id);
        let flags = Flags::from_bits(flags);
        let streams = next.map(Stream::from);
        let (since, last) = (segment.now, segment.now);
        sessions.insert(segment.key, Session { id, since, last, streams, flags, ..Session::default() });
        true
    }

    fn claim(&self, session: &mut Session, side: Side) -> bool {
        let bit = 1 << side as u64;
        let free = session.busy & bit == 0;
        session.busy |= bit;
        free
    }

    fn claim_end(&self, session: &mut Session) -> bool {
        let first = !session.has_ended();
        session.busy |= 1 << 2;
        first
    }

    fn release(&self, session: &mut Session, side: Side) {
        session.busy &= !(1 << side as u64);
    }

    fn beginning(&self, segment: &Segment) -> [u8; 4] {
        let bytes = if segment.length < 4 { &[] } else { payload::span(self.frame, segment, 0, 4) };
        bytes.first_chunk().copied().unwrap_or_default()
    }

    fn ends_line(&self, segment: &Segment) -> bool {
        let last = segment.length.wrapping_sub(1);
        payload::span(self.frame, segment, last, 1) == b"\n"
    }

    fn is_text(&self, segment: &Segment) -> bool {
        payload::is_text(payload::span(self.frame, segment, 0, segment.length))
    }

    fn hand_over(&self, segment: &Segment, session: &Session) -> bool {
        let source = match segment.side() {
            Side::Client => segment.key.client,
            Side::Server => segment.key.server,
        };
        if !self.tracking.rates.admit(source, segment.now, self.policy().control_rate) {
            self.tally(Tally::RejectedRateLimited, 1);
            return false;
        }
        let bytes = payload::handed(self.frame, segment).to_vec();
        self.tell(Event::Segment { session: session.id, segment: *segment, bytes });
        self.tally(Tally::Segments, 1);
        true
    }

    fn jump(&self, segment: &Segment, session: &Session, from: u32, to: u32) {
        self.tell(Event::Jump { segment: *segment, session: *session, from, to });
    }

    fn full(&self, segment: &Segment) {
        self.tell(Event::Full(segment.key));
    }

    fn ended(&self, segment: &Segment, session: &Session) {
        self.tell(Event::Ended { key: segment.key, session: *session });
    }

    fn encrypted(&self, key: &SessionKey, change: i64) {
        let pair = [key.client, key.server];
        let mut pairs = self.tracking.encrypted.borrow_mut();
        let sessions = pairs.entry(pair).or_default();
        *sessions += change;
        if *sessions == 0 {
            pairs.remove(&pair);
        }
    }

    fn has_encrypted(&self, client: Address, server: Address) -> bool {
        self.tracking.encrypted.borrow().contains_key(&[client, server])
    }
}
