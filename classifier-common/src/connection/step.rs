//! One packet's part in the life of a connection.

use super::{
    Ended, Fate, Said, Seen, Set, Signal, State, Table, Word,
    dial::{NONE, dial, find},
    expire::is_late,
    set::{hash, set_of},
    signal::is_heard,
};
use crate::wire::tcp::flag;

/// Takes in what was seen of a connection.
#[inline(always)]
pub fn step<T: Table>(table: &T, seen: &mut Seen) {
    if seen.signal == Signal::Dialled {
        dial(table, seen);
    } else if !go_on(table, seen) && seen.signal == Signal::Reset {
        // The client's own reset: of a session that is listened to it is the end.
        seen.reverse();
        go_on(table, seen);
    }
}

/// Moves the place of a connection along its life; `false` if it has none.
#[inline(never)]
fn go_on<T: Table>(table: &T, seen: &Seen) -> bool {
    let wanted = Word::pending(0, seen.protocol, seen.direction, hash(&seen.attempt));
    let Some(set) = table.set(set_of(&seen.attempt)) else { return false };
    let (way, word) = find(&set, &seen.attempt, wanted);
    if way == NONE {
        return false;
    }
    if word.is_pending() {
        answer(table, &set, way, word, seen);
    } else if word.is_heard() {
        listen(table, &set, way, word, seen);
    }
    true
}

/// An answer to a SYN is one that acknowledges it (RFC 9293 §3.10.7.3), or quotes it.
#[inline(always)]
fn answer<T: Table>(table: &T, set: &T::Set, way: usize, word: Word, seen: &Seen) {
    let place = set.place(way);
    let behind = seen.number.wrapping_sub(word.number());
    let acknowledges = behind <= place.data && seen.flags & flag::ACK != 0;
    let fate = match seen.signal {
        Signal::Accepted if acknowledges => Fate::Established,
        Signal::Reset if acknowledges => Fate::Refused,
        Signal::Rejected if behind == 0 => Fate::Rejected,
        Signal::Dialled
        | Signal::Accepted
        | Signal::Reset
        | Signal::Rejected
        | Signal::Spoken
        | Signal::Ended => return,
    };
    let fate = if is_late(&place, seen.now) { Fate::Unanswered } else { fate };
    let heard = fate == Fate::Established && is_heard(word.protocol());
    apply(table, set, way, word, seen, (if heard { State::Quiet } else { State::Finished }, fate));
}

/// A session goes on.
#[inline(always)]
fn listen<T: Table>(table: &T, set: &T::Set, way: usize, word: Word, seen: &Seen) {
    let state = word.state();
    let next = match (seen.signal, seen.said) {
        (Signal::Ended | Signal::Reset, _) => (State::Finished, Fate::Neither),
        (Signal::Spoken, Said::LogsIn) => (State::Finished, Fate::ClearLogin),
        (Signal::Spoken, Said::Record) if state != State::Talking => (State::Finished, Fate::Upgraded),
        (Signal::Spoken, Said::AsksForTls) => (State::Asked, Fate::Nothing),
        (Signal::Spoken, _) if state == State::Quiet => (State::Talking, Fate::Nothing),
        (Signal::Spoken, _) => (state, Fate::Nothing),
        _ => return,
    };
    apply(table, set, way, word, seen, next);
}

#[inline(always)]
fn apply<T: Table>(
    table: &T,
    set: &T::Set,
    way: usize,
    word: Word,
    seen: &Seen,
    (state, fate): (State, Fate),
) {
    set.touch(way, seen.now);
    let next = word.in_state(state);
    // One CPU alone gets to count it.
    if next == word || !set.replace(way, word, next) {
        return;
    }
    if state == State::Finished {
        table.waits_no_more();
    }
    if fate != Fate::Nothing {
        table.count(Ended::of(&set.place(way), word, seen.now, fate));
    }
}
