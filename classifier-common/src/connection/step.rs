// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Steps of a packet through the entries between its ends.

use super::{
    ConnEvent, ConnEventKind, ConnReport, ConnState, ConnTable, Step, WAYS,
    begin::{begin, compare},
    entry::{bucket_of, entry_of, units},
    event::{PARTS, Sought},
    transition::decide,
};
use crate::table::Bucket;

/// Maximum number of steps of a packet: two searches of a bucket, the parts of a segment, and the end.
pub const STEPS: usize = 2 * WAYS + PARTS as usize + 2;

/// Applies a packet to the next entry between its ends. The caller repeats this until the packet is finished,
/// at most [`STEPS`] times.
#[inline(always)]
pub fn step<T: ConnTable>(table: &T, event: &mut ConnEvent, report: &mut ConnReport) -> Step {
    let Some(bucket) = table.bucket(bucket_of(&event.key)) else { return Step::Over };
    let way = table.find(event);
    let is_syn = event.kind == ConnEventKind::Syn;
    if way >= WAYS {
        return if is_syn { begin(table, &bucket, event, event.word(), report) } else { look_on(event) };
    }
    if event.parts != 0 {
        event.entry = entry_of(&event.key, way);
        return Step::Listen;
    }
    event.looked_at |= 1 << way;
    if is_syn { compare(&bucket, way, event) } else { proceed(table, &bucket, way, event, report) }
}

/// Applies a packet other than a SYN to an entry between its ends: it answers a SYN, or belongs to a session.
#[inline(always)]
fn proceed<T: ConnTable>(
    table: &T,
    bucket: &T::Bucket,
    way: usize,
    event: &mut ConnEvent,
    report: &mut ConnReport,
) -> Step {
    let word = bucket.word(way);
    let decided = decide(bucket, way, word, event);
    // Widened, so that the rest is verified once, and not for each state and ending.
    let (state, ending) = (bucket.widen(decided % WAYS), bucket.widen(decided / WAYS));
    if state == ConnState::Free as usize {
        return Step::Again;
    }
    if event.sought == Sought::Unanswered {
        (event.has_answered, event.answered) = (true, word.number());
    }
    let spoken = event.kind == ConnEventKind::Spoken && event.is_of_session;
    let sent = event.number.wrapping_add(event.spoken.length).wrapping_sub(word.number());
    bucket.update(way, |entry| {
        entry.seen = units(event.now);
        entry.sent = if spoken { sent } else { entry.sent };
    });
    let next = word.in_state_number(state);
    // Only one CPU counts the result.
    if next == word || !bucket.replace(way, word, next) {
        return Step::Again;
    }
    if state == ConnState::Finished as usize {
        table.waits_no_more();
    } else if event.kind == ConnEventKind::SynAck {
        let (client, server) = (word.number().wrapping_add(1), event.spoken.sequence.wrapping_add(1));
        table.begin_listening(entry_of(&event.key, way), client, server);
    }
    if report.fill(&bucket.entry(way), word, event.now, ending) { Step::Report } else { Step::Again }
}

/// Continues without another entry: the packet may have a second meaning.
#[inline(always)]
fn look_on(event: &mut ConnEvent) -> Step {
    match (event.kind, event.sought) {
        // A handshake with another number ends the previous session; a single packet of it does not.
        (ConnEventKind::SynAck, Sought::Unanswered) if event.has_answered => event.seek(Sought::Followed),
        // A reset that answers a SYN ends no session.
        (ConnEventKind::Reset, Sought::Unanswered) if !event.has_answered => event.seek(Sought::Followed),
        (ConnEventKind::Reset, Sought::Followed) => event.reverse(),
        _ => return Step::Over,
    }
    Step::Again
}
