// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP tracking in the memory of a process, fed with frames like a kernel hook.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use super::{Event, HostTables, payload, rates::Rates};
use crate::{
    address::Address,
    classify::{classify, remember},
    control::{
        Candidate, PARSE_MAX, Segment, Session, SessionAdmission, SessionKey, Span, TALLIES, Tallies, Tally,
        TrackingConfig, accept_segment, find_or_begin, finish_segment, push_byte,
    },
    endpoint::{Endpoint, EndpointState, WAYS, slot},
    location::{Location, QuotedTcp},
    outcome::Outcome,
    packet::Frame,
    protocol::Protocol,
    table::{Bucket as _, MemoryTable, recent},
    track::{Ends, data, has_a_say, may_be_data, may_quote_data, quoted_data},
};

/// Environment of the current frame: the tracking and its tables.
pub struct HostEnv<'a> {
    pub(super) tracking: &'a HostTracking,
    pub(super) tables: &'a HostTables,
    pub(super) frame: &'a [u8],
}

/// FTP tracking: sessions, endpoints and tallies, and the events for the agent.
pub struct HostTracking {
    pub(super) config: TrackingConfig,
    pub(super) endpoints: MemoryTable<Endpoint, WAYS>,
    pub(super) sessions: RefCell<HashMap<SessionKey, Session>>,
    pub(super) candidates: MemoryTable<Candidate, { recent::WAYS }>,
    pub(super) encrypted: RefCell<HashMap<[Address; 2], u64>>,
    pub(super) rates: Rates,
    pub(super) tallies: RefCell<Tallies>,
    pub(super) events: RefCell<Vec<Event>>,
    pub(super) now: Cell<u64>,
    /// Clock of the endpoints: `now`, and one nanosecond more on each reading.
    pub(super) clock: Cell<u64>,
    pub(super) begun: Cell<u64>,
}

impl HostTracking {
    /// Creates a tracking without sessions; the count of encrypted sessions in `config` must be 0.
    #[must_use]
    pub fn new(config: TrackingConfig) -> Self {
        Self {
            config,
            endpoints: MemoryTable::default(),
            sessions: RefCell::default(),
            candidates: MemoryTable::default(),
            encrypted: RefCell::default(),
            rates: Rates::default(),
            tallies: RefCell::new([0; TALLIES]),
            events: RefCell::default(),
            now: Cell::new(0),
            clock: Cell::new(0),
            begun: Cell::new(0),
        }
    }

    /// Classifies a frame that arrived at `now` nanoseconds, and tracks it if it belongs to FTP, like a hook.
    pub fn classify(&self, bytes: &[u8], frame: Frame, tables: &HostTables, now: u64) -> Outcome {
        self.now.set(self.now.get().max(now));
        let mut outcome = classify(bytes, frame, tables);
        let env = HostEnv { tracking: self, tables, frame: bytes };
        if let Some(quoted_tcp) = outcome.quoted_tcp {
            quote(&env, quoted_tcp, &mut outcome);
        }
        let Some(tracked) = outcome.tracked.filter(|_| has_a_say(outcome.class)) else { return outcome };
        let mut ends = Ends::default();
        if !ends.read(bytes, tracked, outcome.headers) {
            return outcome;
        }
        if outcome.class.protocol() == Protocol::FTP_CONTROL {
            self.follow(&env, &ends, &outcome);
        } else if may_be_data(outcome.class) {
            label(&env, &ends, frame, tracked, &mut outcome);
        }
        outcome
    }

    fn follow(&self, env: &HostEnv<'_>, ends: &Ends, outcome: &Outcome) {
        let mut segment = Segment::default();
        ends.segment(outcome.class == Protocol::FTP_CONTROL.to_server(), self.now.get(), &mut segment);
        let mut found = self.session(&segment.key);
        match find_or_begin(env, &mut segment, found.as_mut()) {
            SessionAdmission::Known => {}
            SessionAdmission::Begun => found = self.session(&segment.key),
            SessionAdmission::Refused => {
                if let Some(session) = found {
                    self.sessions.borrow_mut().insert(segment.key, session);
                }
                return;
            }
        }
        let Some(mut session) = found else { return };
        let span = accept_segment(env, &mut segment, &mut session);
        if let Some(span) = span {
            let read = Self::read(env, &segment, &mut session, span);
            finish_segment(env, &segment, &mut session, span, read);
        }
        self.sessions.borrow_mut().insert(segment.key, session);
    }

    /// Reads a span of the segment; returns how many of its bytes were there.
    fn read(env: &HostEnv<'_>, segment: &Segment, session: &mut Session, span: Span) -> u32 {
        let mut read = 0;
        while read < span.count {
            let count = (span.count - read).min(PARSE_MAX);
            let chunk = payload::span(env.frame, segment, span.from + read, count);
            if chunk.is_empty() {
                break;
            }
            for byte in chunk {
                push_byte(env, segment, session, *byte);
            }
            read += count;
        }
        read
    }

    /// Returns the agent's environment at `now` nanoseconds: the same tables without a frame.
    pub fn agent<'a>(&'a self, tables: &'a HostTables, now: u64) -> HostEnv<'a> {
        self.now.set(self.now.get().max(now));
        HostEnv { tracking: self, tables, frame: &[] }
    }

    /// Removes a session, if it still has this [`Session::id`].
    pub fn remove_session(&self, key: &SessionKey, id: u64) -> bool {
        let known = self.session(key).is_some_and(|session| session.id == id);
        known && self.sessions.borrow_mut().remove(key).is_some()
    }

    /// Returns a session, live or ended.
    #[must_use]
    pub fn session(&self, key: &SessionKey) -> Option<Session> {
        self.sessions.borrow().get(key).copied()
    }

    /// Returns every session, live or ended, in no order.
    #[must_use]
    pub fn sessions(&self) -> Vec<(SessionKey, Session)> {
        self.sessions.borrow().iter().map(|(key, session)| (*key, *session)).collect()
    }

    /// Returns every entry of the endpoint table that is not free, by its slot.
    #[must_use]
    pub fn endpoints(&self) -> Vec<(u32, Endpoint)> {
        let buckets = self.endpoints.buckets().into_iter();
        let entries = buckets
            .flat_map(|(number, bucket)| (0..WAYS).map(move |way| (slot(number, way), bucket.entry(way))));
        entries.filter(|(_, entry)| entry.word.state() != EndpointState::Free).collect()
    }

    /// Returns one counter.
    #[must_use]
    pub fn tally(&self, tally: Tally) -> u64 {
        self.tallies.borrow().get(tally as usize).copied().unwrap_or_default()
    }

    /// Returns all counters.
    #[must_use]
    pub fn tallies(&self) -> Tallies {
        *self.tallies.borrow()
    }

    /// Returns the events since the last call.
    #[must_use]
    pub fn take_events(&self) -> Vec<Event> {
        self.events.take()
    }
}

/// Labels a packet by the endpoint table.
fn label(env: &HostEnv<'_>, ends: &Ends, frame: Frame, tracked: Location, outcome: &mut Outcome) {
    let Some(label) = data(env, ends, outcome.class) else { return };
    (outcome.class, outcome.evidence) = (label.class, label.evidence);
    if tracked.is_first_fragment() {
        outcome.unremembered |= !remember(env.frame, frame, env.tables, label);
    }
}

/// Corrects the protocol of a quoted packet by the endpoint table.
fn quote(env: &HostEnv<'_>, quoted_tcp: QuotedTcp, outcome: &mut Outcome) {
    let mut quoted = Ends::default();
    if may_quote_data(outcome)
        && quoted.read_quote(env.frame, outcome.family(), quoted_tcp)
        && let Some(protocol) = quoted_data(env, &quoted)
    {
        outcome.quoted = outcome.quoted.map(|quoted| quoted.of_protocol(protocol));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        control::ControlSide,
        fixtures::ftp_traces::{network::Network, statement},
        packet::Link,
    };

    /// Returns the segment of a packet between the ends of a control connection. `from` is the client or the
    /// server.
    fn segment(
        tracking: &HostTracking,
        tables: &HostTables,
        from: &str,
        flags: u8,
        numbers: (u32, u32),
        text: &str,
    ) {
        let ends = statement::ends(from).unwrap();
        let frame = Network::default().frame(ends, flags, numbers, text.as_bytes());
        tracking.classify(&frame, Frame::on_wire(Link::Ethernet), tables, 1);
    }

    #[test]
    fn a_segment_that_another_cpu_was_in_the_way_of_is_no_gap() {
        let (tracking, tables) = (HostTracking::new(TrackingConfig::default()), HostTables::default());
        let (client, server) = ("c:49152 > s:21", "s:21 > c:49152");
        segment(&tracking, &tables, server, 18, (99, 10), "");
        segment(&tracking, &tables, client, 16, (10, 100), "PASV\r\n");
        let set_busy = |busy| {
            for session in tracking.sessions.borrow_mut().values_mut() {
                session.busy = busy;
            }
        };
        set_busy(1 << ControlSide::Server as u64);
        segment(&tracking, &tables, server, 16, (100, 16), "227 ok (10,0,0,2,156,64)\r\n");
        set_busy(0);
        segment(&tracking, &tables, client, 16, (16, 126), "");
        segment(&tracking, &tables, server, 16, (126, 16), "226 done\r\n");
        let jumps = tracking.take_events().into_iter().filter_map(|event| match event {
            Event::Jump { from, to, .. } => Some((from, to)),
            Event::Learned { .. } | Event::Ended { .. } | Event::Segment { .. } | Event::Full(_) => None,
        });
        assert_eq!(jumps.collect::<Vec<_>>(), [(100, 126)]);
        assert_eq!(tracking.tally(Tally::Segments), 1);
        assert_eq!(tracking.tally(Tally::UnseenBytes), 0);
    }
}
