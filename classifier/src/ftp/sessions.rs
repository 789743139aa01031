//! Sessions that have ended, until they are forgotten.

use std::collections::{HashSet, VecDeque};

use classifier_common::control::{Session, SessionKey, Tally};

use super::Table;

/// Counts a session that was forgotten; one that had not ended has given way to another.
pub(super) fn count_forgotten(session: &Session, add: impl Fn(Tally, u64)) {
    add(Tally::SessionsForgotten, 1);
    if !session.has_ended() {
        add(Tally::SessionsEvicted, 1);
        add(Tally::SessionsClosed, 1);
        add(Tally::SessionsDecrypted, session.is_encrypted().into());
    }
}

/// Sessions by the time at which they are to be forgotten, the next first.
#[derive(Debug, Default)]
pub(super) struct Ended {
    queue: VecDeque<(u64, SessionKey, u64)>,
    /// Those in the queue: after lost events, all that have ended are told of once more.
    known: HashSet<u64>,
}

impl Ended {
    /// A session is to be forgotten at this time, which is no earlier than those given before.
    pub(super) fn add(&mut self, at: u64, key: SessionKey, session: u64) {
        if self.known.insert(session) {
            self.queue.push_back((at, key, session));
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Forgets those whose time has come.
    pub(super) fn sweep<T: Table>(&mut self, table: &T, now: u64) {
        while let Some((_, key, session)) = self.queue.pop_front_if(|(at, ..)| *at <= now) {
            self.known.remove(&session);
            table.forget(&key, session);
        }
    }
}
