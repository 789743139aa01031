// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Transitions of a connection by packets other than SYNs.

use super::{
    ConnEvent, ConnEventKind, ConnState, Connection, Ending, PackedConnection, WAYS, event::Sought,
    expire::is_late,
};
use crate::{session::Said, table::Bucket, wire::tcp::flag};

/// Maximum distance of a session's end from the known numbers. A packet further away comes from a blind
/// sender, and the receiver rejects it (RFC 5961 §3).
const NEAR: u32 = 1 << 20;

/// Returns the state and ending of a connection after a packet, as one number. Not inlined, like
/// [`find`](super::step::find).
#[inline(never)]
pub(super) fn decide<B: Bucket<Entry = Connection>>(
    bucket: &B,
    way: usize,
    word: PackedConnection,
    event: &ConnEvent,
) -> usize {
    let entry = bucket.entry(way);
    let (state, ending) = if word.is_pending() && event.sought == Sought::Unanswered {
        answer(&entry, word, event)
    } else if word.is_followed() && event.sought == Sought::Followed {
        conclude(&entry, word, event)
    } else {
        NOTHING
    };
    state as usize + ending as usize * WAYS
}

/// Result of a packet that does not change a connection.
const NOTHING: (ConnState, Ending) = (ConnState::Free, Ending::Nothing);

/// Returns the transition by an answer to a SYN, which acknowledges it (RFC 9293 §3.10.7.3) or quotes it.
#[inline(always)]
fn answer(connection: &Connection, word: PackedConnection, event: &ConnEvent) -> (ConnState, Ending) {
    let behind = event.number.wrapping_sub(word.number());
    let acknowledges = behind <= connection.sent && event.spoken.flags & flag::ACK != 0;
    let ending = match event.kind {
        ConnEventKind::SynAck if acknowledges => Ending::Established,
        ConnEventKind::Reset if acknowledges => Ending::Refused,
        ConnEventKind::Rejected if behind == 0 => Ending::Rejected,
        ConnEventKind::Syn
        | ConnEventKind::SynAck
        | ConnEventKind::Reset
        | ConnEventKind::Rejected
        | ConnEventKind::Spoken
        | ConnEventKind::Replied
        | ConnEventKind::Ended => return NOTHING,
    };
    let ending = if is_late(connection, event.now) { Ending::Unanswered } else { ending };
    let followed = ending == Ending::Established && event.speaks.has_session();
    (if followed { ConnState::Quiet } else { ConnState::Finished }, ending)
}

/// Returns the transition by a packet of a followed session, after its payload was inspected.
#[inline(always)]
fn conclude(connection: &Connection, word: PackedConnection, event: &ConnEvent) -> (ConnState, Ending) {
    let state = word.state();
    let seen = word.number().wrapping_add(connection.sent);
    let is_near = event.number.wrapping_sub(seen).wrapping_add(NEAR) <= 2 * NEAR;
    // The acknowledgment number is valid with the flag only.
    let told = event.kind != ConnEventKind::Reset || event.spoken.flags & flag::ACK != 0;
    match (event.said, event.kind) {
        (Said::LogsIn, _) => (ConnState::Finished, Ending::ClearLogin),
        (Said::Record, _) => (ConnState::Finished, Ending::Upgraded),
        (_, ConnEventKind::Ended | ConnEventKind::Reset) if is_near && told => {
            (ConnState::Finished, Ending::Neither)
        }
        (_, ConnEventKind::SynAck) if word.number() != event.answered => {
            (ConnState::Finished, Ending::Neither)
        }
        (Said::AsksForTls, ConnEventKind::Spoken) => (ConnState::Asked, Ending::Nothing),
        (Said::Other, ConnEventKind::Spoken) if state == ConnState::Quiet => {
            (ConnState::Talking, Ending::Nothing)
        }
        (_, ConnEventKind::Spoken | ConnEventKind::Replied) => (state, Ending::Nothing),
        _ => NOTHING,
    }
}

#[cfg(test)]
#[path = "transition_tests.rs"]
mod tests;
