//! What time alone says.

use super::{Ended, Fate, Place, Set, State, Table, Word, set::units_since};

/// Nanoseconds within which a connection is answered, or is not: 10 s, four SYNs of Linux' (after 1, 3 and 7 s).
pub const TIMEOUT: u64 = 10_000_000_000;

/// Nanoseconds for which a place lingers after the last packet that belonged to it: past the gap of 64 s between Linux' last
/// SYN and its end.
pub const LINGER: u64 = 65_000_000_000;

/// Nanoseconds of silence after which a session that nothing is known of is over: a quarter of an hour. RFC 5321 §4.5.3.2
/// gives no command more than ten minutes.
pub const IDLE: u64 = 900_000_000_000;

/// Whether so many nanoseconds have passed since the units of [`Place::seen`].
#[inline(always)]
pub(super) const fn is_past(seen: u32, now: u64, nanoseconds: u64) -> bool {
    units_since(seen, now) as u64 >= nanoseconds >> 20
}

/// Whether the time for an answer is over.
#[inline(always)]
pub(super) const fn is_late(place: &Place, now: u64) -> bool {
    now.saturating_sub(place.since) >= TIMEOUT
}

/// Ends what a place waits for in vain, and frees one that has lingered.
#[inline(always)]
pub fn expire<T: Table>(table: &T, set: &T::Set, way: usize, now: u64) {
    let word = set.word(way);
    if word == Word::FREE {
        return;
    }
    let place = set.place(way);
    let (state, fate) = match word.state() {
        State::Pending if is_late(&place, now) => (State::Finished, Fate::Unanswered),
        State::Quiet | State::Talking | State::Asked if is_past(place.seen, now, IDLE) => {
            (State::Finished, Fate::Neither)
        }
        State::Finished if is_past(place.seen, now, LINGER) => (State::Free, Fate::Nothing),
        State::Free
        | State::Finished
        | State::Pending
        | State::Quiet
        | State::Talking
        | State::Asked
        | State::Claimed => return,
    };
    // Another CPU may have changed it meanwhile, which is as good.
    let next = if state == State::Free { Word::FREE } else { word.in_state(state) };
    if set.replace(way, word, next) && fate != Fate::Nothing {
        table.waits_no_more();
        table.count(Ended::of(&place, word, now, fate));
    }
}
