// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Expiry of connections and of lingering entries.

use super::{
    ConnReport, ConnState, ConnTable, Connection, Ending, PackedConnection,
    entry::{IDLE, LINGER, TIMEOUT, is_past},
};
use crate::table::Bucket;

/// Expires a connection that waited in vain, and frees an entry that has lingered. `true` if there is a
/// result, which is then in `report`.
#[inline(always)]
pub fn expire<T: ConnTable>(
    table: &T,
    bucket: &T::Bucket,
    way: usize,
    now: u64,
    report: &mut ConnReport,
) -> bool {
    let word = bucket.word(way);
    if word == PackedConnection::FREE {
        return false;
    }
    let connection = bucket.entry(way);
    let (state, ending) = match word.state() {
        ConnState::Pending if is_late(&connection, now) => (ConnState::Finished, Ending::Unanswered),
        ConnState::Quiet | ConnState::Talking | ConnState::Asked if is_past(connection.seen, now, IDLE) => {
            (ConnState::Finished, Ending::Neither)
        }
        ConnState::Finished if is_past(connection.seen, now, LINGER) => (ConnState::Free, Ending::Nothing),
        ConnState::Free
        | ConnState::Finished
        | ConnState::Pending
        | ConnState::Quiet
        | ConnState::Talking
        | ConnState::Asked
        | ConnState::Claimed => return false,
    };
    // Another CPU may have changed the entry meanwhile, which is just as good.
    let next = if state == ConnState::Free { PackedConnection::FREE } else { word.in_state(state) };
    if !bucket.replace(way, word, next) || ending == Ending::Nothing {
        return false;
    }
    table.waits_no_more();
    report.fill(&connection, word, now, ending as usize)
}

/// Returns whether the time limit of an answer has passed.
#[inline(always)]
pub(super) const fn is_late(connection: &Connection, now: u64) -> bool {
    now.saturating_sub(connection.since) >= TIMEOUT
}
