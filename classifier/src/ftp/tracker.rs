//! The tracker: events and time in, changes of the endpoint table out.

use std::time::Duration;

use classifier_common::control::{Hearing, SessionKey, Tally};

use super::{
    Event,
    endpoints::{Census, Live},
    reading::Piece,
    sessions::Ended,
    spans::Spans,
};

/// What the tracker changes: the endpoint table through [`Hearing`], and the sessions.
pub trait Table: Hearing {
    /// Forgets a session, if it is still this one.
    fn forget(&self, key: &SessionKey, session: u64);

    /// Forgets the sessions that have been silent for longest, to make room where there is none.
    fn make_room(&self);

    /// The endpoints that were learned through this table since the last call: session and slot of each.
    fn take_learned(&self) -> Vec<(u64, u32)>;
}

/// How long what is over stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// An announcement that nobody uses.
    pub announcement: Duration,
    /// A data connection after its end, for stragglers.
    pub linger: Duration,
    /// A control connection after its end: what still comes on its ports is refused.
    pub session: Duration,
    /// Bytes that wait for others that are missing before them.
    pub reassembly: Duration,
}

impl Lifetimes {
    /// With this time for announcements.
    #[must_use]
    pub const fn new(announcement: Duration) -> Self {
        Self {
            announcement,
            linger: Duration::from_secs(2),
            // TIME-WAIT as Linux has it (`TCP_TIMEWAIT_LEN`).
            session: Duration::from_mins(1),
            reassembly: Duration::from_secs(30),
        }
    }
}

/// The agent's state of the tracking.
#[derive(Debug)]
pub struct Tracker {
    live: Live,
    ended: Ended,
    spans: Spans,
    lifetimes: Lifetimes,
    /// When room was made last: sessions that found none before that are told of in vain.
    made_room: Option<u64>,
}

impl Tracker {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(lifetimes: Lifetimes) -> Self {
        Self {
            live: Live::default(),
            ended: Ended::default(),
            spans: Spans::default(),
            lifetimes,
            made_room: None,
        }
    }

    /// Goes on with other lifetimes, also for what is there already.
    pub const fn set_lifetimes(&mut self, lifetimes: Lifetimes) {
        self.lifetimes = lifetimes;
    }

    /// Takes an event that is read at `now`, in nanoseconds.
    pub fn take<T: Table>(&mut self, table: &T, event: Event, now: u64) {
        match event {
            Event::Learned { session, slot, .. } => self.live.learned(table, session, slot),
            Event::Ended { key, session } => {
                table.tally(Tally::SegmentsLost, self.spans.forget(session) as u64);
                self.live.withdraw(table, session);
                self.ended.add(now + nanoseconds(self.lifetimes.session), key, session);
            }
            Event::Segment { session, side, sequence, payload, cut, .. } => {
                let piece = Piece { first: sequence, bytes: payload, cut, since: now };
                let lost = self.spans.keep(session, side, piece) + usize::from(cut > 0);
                table.tally(Tally::SegmentsLost, lost as u64);
                self.spans.read(table, session, side);
            }
            Event::Jump(jump) => {
                let (session, side) = (jump.session.id, jump.side);
                table.tally(Tally::SegmentsLost, self.spans.jump(*jump, now) as u64);
                self.spans.read(table, session, side);
            }
            Event::Full { came } => {
                if self.made_room.is_none_or(|made| made < came) {
                    table.make_room();
                    self.made_room = Some(now);
                }
            }
        }
        for (session, slot) in table.take_learned() {
            self.live.completed(table, session, slot);
        }
    }

    /// Ends what is over at `now`.
    pub fn tick<T: Table>(&mut self, table: &T, now: u64) {
        let Lifetimes { announcement, linger, reassembly, .. } = self.lifetimes;
        self.live.sweep(table, now, linger, announcement);
        self.ended.sweep(table, now);
        let given_up = self.spans.expire(now.saturating_sub(nanoseconds(reassembly)));
        table.tally(Tally::SegmentsLost, given_up as u64);
    }

    /// Whether time alone can change anything.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.live.is_empty() && self.ended.is_empty() && self.spans.is_empty()
    }

    /// Endpoints in the table, by mode (active, passive) and state (announced, connected).
    pub fn census<T: Table>(&self, table: &T) -> Census {
        self.live.census(table)
    }

    /// Takes every endpoint in for which `slots` has one: after events were lost.
    pub fn take_stock(&mut self, slots: impl Iterator<Item = u32>) {
        slots.for_each(|slot| self.live.add(slot));
    }

    /// Slots of the endpoints.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.live.slots()
    }
}

/// A time in the unit of the programs' clock.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
