// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Environment of the tracking in the memory of a process.

use std::collections::hash_map::Entry;

use super::{Event, HostTracking, endpoints::CountedBucket, payload, tracking::HostEnv};
use crate::{
    abi::{CANDIDATE_BUCKETS, SESSIONS},
    address::Address,
    control::{
        Candidate, ControlSide, Embryonic, Flags, Learned, LineEnv, Segment, SegmentEnv, Session, SessionKey,
        Stream, Tally, TrackingConfig, look,
    },
    endpoint::{Hit, Query},
    ports::Transport,
    table::{
        MemoryBucket, hash,
        recent::{self, RecentTable},
    },
    tables::Tables as _,
};

/// Bit that claims counting an encrypted session for its host pair.
const ACCOUNTED: u64 = 1 << 3;

impl HostEnv<'_> {
    fn tell(&self, event: Event) {
        self.tracking.events.borrow_mut().push(event);
    }
}

/// The table of candidates.
impl RecentTable for HostEnv<'_> {
    type Key = SessionKey;
    type Value = Embryonic;
    type Bucket = MemoryBucket<Candidate, { recent::WAYS }>;

    fn bucket(&self, hash: u64) -> Option<Self::Bucket> {
        Some(self.tracking.candidates.bucket(hash::bucket(hash, CANDIDATE_BUCKETS)))
    }

    fn now(&self) -> u64 {
        self.tracking.now.get()
    }
}

impl<'a> LineEnv for HostEnv<'a> {
    type Bucket = CountedBucket<'a>;

    fn config(&self) -> TrackingConfig {
        let encrypted = self.tracking.encrypted.borrow().values().sum();
        TrackingConfig { encrypted, ..self.tracking.config }
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.tables.port(Transport::Tcp, port).is_known()
    }

    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket> {
        let HostTracking { endpoints, clock, now, .. } = self.tracking;
        clock.set(clock.get().max(now.get()));
        Some(CountedBucket { bucket: endpoints.bucket(bucket), tables: self.tables, clock })
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

impl SegmentEnv for HostEnv<'_> {
    fn look(&self, query: &Query) -> Option<Hit> {
        look(self, query)
    }

    fn embryonic(&self, key: &SessionKey) -> Option<Embryonic> {
        self.recall(key)
    }

    fn keep_embryonic(&self, key: &SessionKey, embryonic: &Embryonic) {
        self.remember(key, *embryonic);
    }

    fn drop_embryonic(&self, key: &SessionKey) {
        self.forget(key);
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

    fn claim(&self, session: &mut Session, side: ControlSide) -> bool {
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

    fn release(&self, session: &mut Session, side: ControlSide) {
        session.busy &= !(1 << side as u64);
    }

    fn beginning(&self, segment: &Segment, from: u32) -> [u8; 4] {
        let whole = from.checked_add(4).is_some_and(|end| end <= segment.length);
        let bytes = if whole { payload::span(self.frame, segment, from, 4) } else { &[] };
        bytes.first_chunk().copied().unwrap_or_default()
    }

    fn ends_line(&self, segment: &Segment) -> bool {
        let last = segment.length.wrapping_sub(1);
        payload::span(self.frame, segment, last, 1) == b"\n"
    }

    fn is_text(&self, segment: &Segment, from: u32) -> bool {
        payload::is_text(payload::span(self.frame, segment, from, segment.length.saturating_sub(from)))
    }

    fn forward(&self, segment: &Segment, session: &Session) -> bool {
        let source = match segment.side() {
            ControlSide::Client => segment.key.client,
            ControlSide::Server => segment.key.server,
        };
        if !self.tracking.rates.admit(source, segment.now, self.config().control_rate) {
            self.tally(Tally::RejectedRateLimited, 1);
            return false;
        }
        let bytes = payload::forwarded(self.frame, segment).to_vec();
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

    fn claim_account(&self, session: &mut Session) -> bool {
        let first = session.busy & ACCOUNTED == 0;
        session.busy |= ACCOUNTED;
        first
    }

    fn release_account(&self, session: &mut Session) -> bool {
        let claimed = session.busy & ACCOUNTED != 0;
        session.busy &= !ACCOUNTED;
        claimed
    }

    fn join_pair(&self, key: &SessionKey) -> bool {
        *self.tracking.encrypted.borrow_mut().entry([key.client, key.server]).or_default() += 1;
        true
    }

    fn leave_pair(&self, key: &SessionKey) {
        if let Entry::Occupied(mut entry) =
            self.tracking.encrypted.borrow_mut().entry([key.client, key.server])
        {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }

    fn has_encrypted(&self, client: Address, server: Address) -> bool {
        self.tracking.encrypted.borrow().contains_key(&[client, server])
    }
}

#[cfg(test)]
#[path = "env_tests.rs"]
mod tests;
