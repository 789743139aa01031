// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Keeps ended sessions until they are removed.

use std::collections::{HashSet, VecDeque};

use classifier_common::control::{Session, SessionKey, Tally};

use super::Table;

/// Most sessions that are removed in a tick: a system call each, some milliseconds in all.
const AT_ONCE: usize = 4096;

/// Counts a removed session; one that had not ended was evicted.
pub(super) fn count_forgotten(session: &Session, add: impl Fn(Tally, u64)) {
    add(Tally::SessionsForgotten, 1);
    if !session.has_ended() {
        add(Tally::SessionsEvicted, 1);
        add(Tally::SessionsClosed, 1);
        add(Tally::SessionsDecrypted, session.is_encrypted().into());
    }
}

/// Ended sessions by the time of their removal, the next first.
#[derive(Debug, Default)]
pub(super) struct Ended {
    queue: VecDeque<(u64, SessionKey, u64)>,
    /// Sessions in the queue: after lost events, every ended session is reported again.
    known: HashSet<u64>,
}

impl Ended {
    /// Schedules the removal of a session at this time, but not before those that are scheduled already.
    pub(super) fn add(&mut self, at: u64, key: SessionKey, session: u64) {
        if self.known.insert(session) {
            self.queue.push_back((at, key, session));
        }
    }

    /// Tells whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Removes sessions whose time has come. The others wait for the next tick: scrapes wait meanwhile.
    pub(super) fn sweep<T: Table>(&mut self, table: &T, now: u64) {
        for _ in 0..AT_ONCE {
            let Some((_, key, session)) = self.queue.pop_front_if(|(at, ..)| *at <= now) else { return };
            self.known.remove(&session);
            table.forget(&key, session);
        }
    }
}
