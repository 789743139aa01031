// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! SYNs: the connection that a SYN begins or belongs to, and the entry that it claims.

use super::{
    ConnEvent, ConnReport, ConnState, ConnTable, Connection, Ending, PackedConnection, Step, WAYS,
    entry::{LINGER, NONE, entry_of, is_past, units, units_since},
    expire::is_late,
};
use crate::table::{Bucket, Entry as _};

/// Limit of attempts to claim an entry. Each failure is another CPU's success.
const TRIES: usize = 2;

/// Age in nanoseconds from which a SYN at another interface is a retransmission, and not the same packet on
/// its path.
const AGAIN: u64 = 200_000_000;

/// Compares a SYN with an entry between its ends: the SYN belongs to the entry, may claim it, or neither.
///
/// The entry of a followed session is not claimed: a SYN alone, which anybody can send, ends no session.
#[inline(always)]
pub(super) fn compare<B: Bucket<Entry = Connection>>(bucket: &B, way: usize, event: &mut ConnEvent) -> Step {
    let (word, entry) = (bucket.word(way), bucket.entry(way));
    let is_here = entry.interface == event.interface;
    let has_lingered = is_past(entry.seen, event.now, LINGER);
    let is_known = if is_here {
        word.state() != ConnState::Finished || !has_lingered
    } else {
        event.now.saturating_sub(entry.since) >= AGAIN && !has_lingered
    };
    if is_known && word.number() == event.number {
        bucket.update(way, |entry| entry.seen = units(event.now));
        return Step::Over;
    }
    if is_here && !word.is_followed() {
        event.place = way;
    }
    Step::Again
}

/// Begins the connection of a SYN that belongs to no entry.
#[inline(always)]
pub(super) fn begin<T: ConnTable>(
    table: &T,
    bucket: &T::Bucket,
    event: &mut ConnEvent,
    fresh: PackedConnection,
    report: &mut ConnReport,
) -> Step {
    let claimed = fresh.in_state(ConnState::Claimed);
    for _ in 0..TRIES {
        let way = if event.place == NONE { weakest(bucket, event.now) } else { event.place };
        let old = bucket.word(way);
        // Another CPU has seen the same SYN.
        if old == claimed || old == fresh {
            return Step::Over;
        }
        event.place = NONE;
        if old.state() != ConnState::Claimed && bucket.replace(way, old, claimed) {
            let before = bucket.entry(way);
            let ending = bucket.widen(displaced(&before, old, event, fresh) as usize);
            let known = report.fill(&before, old, event.now, ending);
            if !known {
                table.waits();
            }
            table.tag(entry_of(&event.key, way), fresh.tag());
            bucket.fill(way, event.connection(claimed), fresh);
            return if known { Step::LastReport } else { Step::Over };
        }
    }
    // Other CPUs claimed each entry that was found: counted as evicted at once.
    let unplaced = event.connection(fresh);
    let known = report.fill(&unplaced, fresh, event.now, Ending::HandshakeEvicted as usize);
    if known { Step::LastReport } else { Step::Over }
}

/// Returns the entry to evict. The result is hidden from the verifier, so that it follows one path.
#[inline(always)]
fn weakest<B: Bucket<Entry = Connection>>(bucket: &B, now: u64) -> usize {
    let mut least = u64::MAX;
    for way in 0..WAYS {
        let rank = bucket.word(way).rank(units_since(bucket.entry(way).seen, now));
        least = least.min(rank * WAYS as u64 + bucket.widen(way) as u64);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below sixteen")]
    {
        (least % WAYS as u64) as usize
    }
}

/// Returns the result of a connection whose entry a SYN claims.
#[inline(always)]
fn displaced(
    before: &Connection,
    old: PackedConnection,
    event: &ConnEvent,
    fresh: PackedConnection,
) -> Ending {
    if old.is_pending() {
        let same = old.is_like(fresh) && before.is_of(&event.key) && before.interface == event.interface;
        if same || is_late(before, event.now) { Ending::Unanswered } else { Ending::HandshakeEvicted }
    } else if old.is_followed() {
        Ending::SessionEvicted
    } else {
        Ending::Nothing
    }
}
