// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent's tracker: events and time in, changes of the endpoint table out.

use std::time::Duration;

use classifier_common::control::Tally;

use super::{
    Event, Table,
    endpoints::{Census, Live},
    reading::Piece,
    sessions::Ended,
    spans::Spans,
};
use crate::clock::nanoseconds;

/// Lifetimes of entries that are no longer in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Lifetime of an unused announcement.
    pub announcement: Duration,
    /// Lifetime of a data connection after its end, for late packets.
    pub linger: Duration,
    /// Lifetime of a control connection after its end. Later segments on its ports are refused.
    pub session: Duration,
    /// Lifetime of bytes after a gap.
    pub reassembly: Duration,
}

impl Lifetimes {
    /// Creates default lifetimes with this one for announcements.
    #[must_use]
    pub const fn new(announcement: Duration) -> Self {
        Self {
            announcement,
            linger: Duration::from_secs(2),
            // TIME-WAIT in Linux (`TCP_TIMEWAIT_LEN`).
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
    /// Time of the last eviction of sessions: earlier reports of a full table are out of date.
    made_room: Option<u64>,
}

impl Tracker {
    /// Creates a tracker that knows nothing yet.
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

    /// Sets other lifetimes, also for present entries.
    pub const fn set_lifetimes(&mut self, lifetimes: Lifetimes) {
        self.lifetimes = lifetimes;
    }

    /// Takes an event at `now`, in nanoseconds.
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

    /// Removes the entries that have expired at `now`.
    pub fn tick<T: Table>(&mut self, table: &T, now: u64) {
        let Lifetimes { announcement, linger, reassembly, .. } = self.lifetimes;
        self.live.sweep(table, now, linger, announcement);
        self.ended.sweep(table, now);
        let given_up = self.spans.expire(now.saturating_sub(nanoseconds(reassembly)));
        table.tally(Tally::SegmentsLost, given_up as u64);
    }

    /// Tells whether nothing can expire.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.live.is_empty() && self.ended.is_empty() && self.spans.is_empty()
    }

    /// Counts the endpoints in the table, by mode (active, passive) and state (announced, connected).
    pub fn census<T: Table>(&self, table: &T) -> Census {
        self.live.census(table)
    }

    /// Adds the endpoints in these slots, after events were lost.
    pub fn take_stock(&mut self, slots: impl Iterator<Item = u32>) {
        slots.for_each(|slot| self.live.add(slot));
    }

    /// Iterates over the slots of the endpoints.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.live.slots()
    }
}
