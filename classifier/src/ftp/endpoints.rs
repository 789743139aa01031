//! The endpoints that are in the table, and the end of each.

use std::{collections::BTreeSet, time::Duration};

use classifier_common::{
    control::{Hearing, Tally},
    endpoint::{Mode, Set as _, State, Word, place_of, withdraw},
};

use super::tracker::nanoseconds;

/// Slots of the endpoints that were announced and have not been seen to end.
#[derive(Debug, Default)]
pub(super) struct Live(BTreeSet<u32>);

/// Endpoints by mode (active, passive) and state (announced, connected).
pub(super) type Census = [[u64; 2]; 2];

impl Live {
    /// One more.
    pub(super) fn add(&mut self, slot: u32) {
        self.0.insert(slot);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The slots.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    /// Ends what is over: connections that closed `linger` ago, announcements that nobody used for `ttl`.
    pub(super) fn sweep<H: Hearing>(&mut self, table: &H, now: u64, linger: Duration, ttl: Duration) {
        self.0.retain(|slot| {
            let (number, way) = place_of(*slot);
            let Some(set) = table.endpoints(number) else { return false };
            let word = set.word(way);
            let age = now.saturating_sub(set.since(way));
            match word.state() {
                State::Free => return false,
                State::Closed if age >= nanoseconds(linger) => {
                    if set.replace(way, word, Word::FREE) {
                        set.port_left(word.port());
                        table.tally(Tally::RemovedClosed, 1);
                        return false;
                    }
                }
                State::Announced | State::Proposed if age >= nanoseconds(ttl) => {
                    let was = withdraw(&set, way, set.session(way));
                    // A proposal was never learned, so it is not counted as removed.
                    table.tally(Tally::RemovedExpired, (was == State::Announced).into());
                    return was == State::Free;
                }
                State::Claimed | State::Announced | State::Proposed | State::Connected | State::Closed => {}
            }
            true
        });
    }

    /// Takes back what a session announced and nobody used.
    pub(super) fn withdraw<H: Hearing>(&self, table: &H, session: u64) {
        for (number, way) in self.0.iter().map(|slot| place_of(*slot)) {
            if let Some(set) = table.endpoints(number)
                && withdraw(&set, way, session) == State::Announced
            {
                table.tally(Tally::RemovedWithdrawn, 1);
            }
        }
    }

    /// How many there are.
    pub(super) fn census<H: Hearing>(&self, table: &H) -> Census {
        let mut census = Census::default();
        for (number, way) in self.0.iter().map(|slot| place_of(*slot)) {
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
