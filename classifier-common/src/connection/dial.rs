//! A SYN: it begins a connection, or belongs to one that is known.

use super::{
    Attempt, Ended, Fate, LINGER, Place, Seen, Set, State, Table, WAYS, Word,
    expire::{is_late, is_past},
    set::{hash, set_of, units_since},
};

/// Times that a place is looked for when others take each that was found.
const TRIES: usize = 2;

/// In place of a place: there is none.
pub(super) const NONE: usize = WAYS;

/// Takes a SYN in.
#[inline(always)]
pub(super) fn dial<T: Table>(table: &T, seen: &Seen) {
    let fresh = Word::pending(seen.number, seen.protocol, seen.direction, hash(&seen.attempt));
    let Some(set) = table.set(set_of(&seen.attempt)) else { return };
    for _ in 0..TRIES {
        let (known, word) = find(&set, &seen.attempt, fresh);
        if known != NONE && is_again(&set, known, word, seen, fresh) {
            set.touch(known, seen.now);
            return;
        }
        let way = if known == NONE { weakest(&set, seen.now) } else { known };
        let old = set.word(way);
        if old.state() == State::Claimed {
            if old == fresh.in_state(State::Claimed) {
                return;
            }
            continue;
        }
        let fate = fate(&set.place(way), old, seen, fresh);
        if set.replace(way, old, fresh.in_state(State::Claimed)) {
            if fate == Fate::Nothing {
                table.waits();
            } else {
                table.count(Ended::of(&set.place(way), old, seen.now, fate));
            }
            set.fill(way, &seen.attempt, seen.now, seen.data, fresh);
            return;
        }
    }
    // Others took each place that was found: as good as having given way at once.
    let unplaced = Place::filled(&seen.attempt, seen.now, seen.data, fresh);
    table.count(Ended::of(&unplaced, fresh, seen.now, Fate::HandshakeEvicted));
}

/// The place of a connection between the same ends, and its word; [`NONE`] if there is none.
#[inline(always)]
pub(super) fn find<S: Set>(set: &S, attempt: &Attempt, like: Word) -> (usize, Word) {
    for way in 0..WAYS {
        let word = set.word(way);
        if word.is_like(like) && set.is_of(way, attempt) {
            return (set.forget(way), word);
        }
    }
    (NONE, Word::FREE)
}

/// Whether a SYN is one of the connection that has this place.
#[inline(always)]
fn is_again<S: Set>(set: &S, way: usize, word: Word, seen: &Seen, fresh: Word) -> bool {
    let lingers = word.state() != State::Finished || !is_past(set.place(way).seen, seen.now, LINGER);
    word.number() == fresh.number() && lingers
}

/// The place that gives way, told by one number, so that the verifier has nothing to tell apart.
#[inline(always)]
fn weakest<S: Set>(set: &S, now: u64) -> usize {
    let mut least = u64::MAX;
    for way in 0..WAYS {
        let rank = set.word(way).rank(units_since(set.place(way).seen, now));
        least = least.min(rank * WAYS as u64 + way as u64);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below sixteen")]
    {
        (least % WAYS as u64) as usize
    }
}

/// What is known of a place by a SYN's taking it.
#[inline(always)]
fn fate(place: &Place, old: Word, seen: &Seen, fresh: Word) -> Fate {
    let same = old.is_like(fresh) && place.attempt() == seen.attempt;
    if old.is_pending() {
        if same || is_late(place, seen.now) { Fate::Unanswered } else { Fate::HandshakeEvicted }
    } else if old.is_heard() {
        if same { Fate::Neither } else { Fate::SessionEvicted }
    } else {
        Fate::Nothing
    }
}
