//! The endpoints that are in the table, and the end of each.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use classifier_common::{
    control::{Hearing, Tally},
    endpoint::{Mode, Set, State, Word, place_of, withdraw},
};

use super::tracker::nanoseconds;

/// The endpoints that were announced and have not been seen to end.
#[derive(Debug, Default)]
pub(super) struct Live {
    slots: BTreeSet<u32>,
    /// By session, the slot that the agent has filled last: the programs do not know of it.
    completed: HashMap<u64, u32>,
}

/// Endpoints by mode (active, passive) and state (announced, connected).
pub(super) type Census = [[u64; 2]; 2];

impl Live {
    /// One more.
    pub(super) fn add(&mut self, slot: u32) {
        self.slots.insert(slot);
    }

    /// A session has announced another one: what the agent has completed of it before gives way, if nobody has
    /// used it.
    pub(super) fn learned<H: Hearing>(&mut self, table: &H, session: u64, slot: u32) {
        if self.completed.get(&session).is_some_and(|before| *before != slot)
            && let Some(before) = self.completed.remove(&session)
        {
            take_back(table, before, session, Tally::RemovedReplaced);
        }
        self.add(slot);
    }

    /// One more, which the agent has completed.
    pub(super) fn completed<H: Hearing>(&mut self, table: &H, session: u64, slot: u32) {
        self.learned(table, session, slot);
        self.completed.insert(session, slot);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The slots.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().copied()
    }

    /// Ends what is over: connections that closed `linger` ago, announcements that nobody used for `ttl`.
    pub(super) fn sweep<H: Hearing>(&mut self, table: &H, now: u64, linger: Duration, ttl: Duration) {
        self.slots.retain(|slot| {
            let (number, way) = place_of(*slot);
            let Some(set) = table.endpoints(number) else { return false };
            let word = set.word(way);
            let age = now.saturating_sub(set.since(way));
            match word.state() {
                State::Free => return false,
                State::Closed if age >= nanoseconds(linger) => {
                    let freed = free(&set, way, word);
                    table.tally(Tally::RemovedClosed, freed.into());
                    return !freed;
                }
                state @ (State::Announced | State::Proposed) if age >= nanoseconds(ttl) => {
                    let freed = free(&set, way, word);
                    // A proposal was never learned, so it is not counted as removed.
                    table.tally(Tally::RemovedExpired, (freed && state == State::Announced).into());
                    return !freed;
                }
                State::Claimed | State::Announced | State::Proposed | State::Connected | State::Closed => {}
            }
            true
        });
        self.completed.retain(|_, slot| self.slots.contains(slot));
    }

    /// Takes back what a session announced and nobody used.
    pub(super) fn withdraw<H: Hearing>(&mut self, table: &H, session: u64) {
        self.completed.remove(&session);
        for slot in self.slots() {
            take_back(table, slot, session, Tally::RemovedWithdrawn);
        }
    }

    /// How many there are.
    pub(super) fn census<H: Hearing>(&self, table: &H) -> Census {
        let mut census = Census::default();
        for (number, way) in self.slots().map(place_of) {
            let Some(word) = table.endpoints(number).map(|set| set.word(way)) else { continue };
            let mode = usize::from(matches!(word.kind().mode, Mode::Passive));
            match word.state() {
                State::Free | State::Claimed => {}
                State::Announced | State::Proposed => census[mode][0] += 1,
                State::Connected | State::Closed => census[mode][1] += 1,
            }
        }
        census
    }
}

/// Frees a place that is still as it was; `false` if it is not.
fn free<S: Set>(set: &S, way: usize, word: Word) -> bool {
    let freed = set.replace(way, word, Word::FREE);
    if freed {
        set.port_left(word.port());
    }
    freed
}

/// Takes back what a session has announced in this slot, if nobody has used it. A proposal was never learned,
/// so it is not counted.
fn take_back<H: Hearing>(table: &H, slot: u32, session: u64, reason: Tally) {
    let (number, way) = place_of(slot);
    if let Some(set) = table.endpoints(number)
        && withdraw(&set, way, session) == State::Announced
    {
        table.tally(reason, 1);
    }
}
