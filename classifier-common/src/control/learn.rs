// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announced ports in the endpoint table: added, confirmed and withdrawn.

use super::{Learned, LineEnv, SegmentEnv, Session, Tally};
use crate::{
    endpoint::{
        Admission, DataSide, EndpointBucket as _, EndpointState, Evidence, ExpectKey, Expectation,
        FIRST_PORT, Hit, Kind, Mode, Query, announce, bucket_of, confirm, match_and_advance, position, slot,
        withdraw,
    },
    table::Bucket as _,
};

/// Finds the endpoint of a packet, and advances its state.
#[inline(always)]
pub fn look<E: LineEnv>(env: &E, query: &Query) -> Option<Hit> {
    if query.key.port < FIRST_PORT {
        return None;
    }
    let hit = match_and_advance(&env.endpoints(bucket_of(&query.key))?, query)?;
    if hit.confirmed {
        env.tally(Tally::learned(hit.kind), 1);
    }
    Some(hit)
}

/// Adds an announced port; `false` if it is rejected.
#[inline(always)]
pub(super) fn learn<E: LineEnv>(
    env: &E,
    session: &mut Session,
    kind: Kind,
    key: &ExpectKey,
    state: EndpointState,
) -> bool {
    if key.port < FIRST_PORT || env.is_known_port(key.port) {
        env.tally(Tally::RejectedReservedPort, 1);
        return false;
    }
    let new = admit(env, session.id, kind, key, state);
    if new != 0 && new != session.latest {
        withdraw_latest(env, session, Tally::RemovedReplaced);
        session.latest = new;
    }
    new != 0
}

/// Adds an announcement to the table and returns its slot; 0 if it got none.
#[inline(always)]
fn admit<E: LineEnv>(env: &E, session: u64, kind: Kind, key: &ExpectKey, state: EndpointState) -> u32 {
    let number = env.bucket_number(bucket_of(key));
    let Some(endpoints) = env.endpoints(number) else { return 0 };
    let expectation = Expectation { key, kind, session, state };
    let Some(admitted) = announce(&endpoints, &expectation) else {
        env.tally(Tally::Unplaced, 1);
        return 0;
    };
    let slot = slot(number, admitted.way);
    if admitted.how == Admission::Known {
        return slot;
    }
    match admitted.how {
        Admission::Evicted(EndpointState::Closed) => env.tally(Tally::RemovedClosed, 1),
        Admission::Evicted(EndpointState::Announced | EndpointState::Connected) => {
            env.tally(Tally::RemovedEvicted, 1);
        }
        // A proposal was never counted as learned.
        Admission::Evicted(EndpointState::Free | EndpointState::Claimed | EndpointState::Proposed)
        | Admission::Known
        | Admission::Learned => {}
    }
    let proposed = state == EndpointState::Proposed;
    if !proposed {
        env.tally(Tally::learned(kind), 1);
    }
    env.learned(session, &Learned { slot, admitted, proposed });
    slot
}

/// Withdraws the session's last announcement, if it is unused. A proposal was never learned, so it is not
/// counted as removed.
#[inline(always)]
pub(super) fn withdraw_latest<E: LineEnv>(env: &E, session: &mut Session, reason: Tally) -> bool {
    let (bucket, way) = position(session.latest);
    let known = session.latest != 0;
    session.latest = 0;
    let Some(endpoints) = env.endpoints(bucket) else { return false };
    if !known {
        return false;
    }
    let was = withdraw(&endpoints, way, session.id);
    if was == EndpointState::Announced {
        env.tally(reason, 1);
    }
    was != EndpointState::Free
}

/// Confirms the client's last proposal for the server.
#[inline(always)]
pub(super) fn confirm_latest<E: LineEnv>(env: &E, session: &Session) {
    let (bucket, way) = position(session.latest);
    let Some(endpoints) = env.endpoints(bucket) else { return };
    if session.latest != 0 && confirm(&endpoints, way, session.id) {
        env.tally(Tally::learned(endpoints.bucket().word(way).kind()), 1);
    }
}

/// Infers that a connection between two hosts with an encrypted session is FTP data.
///
/// `query` is the SYN, seen from its destination port. `active`: it comes from port 20, so that the client
/// owns the port; otherwise the server does.
#[inline(always)]
pub fn infer<E: SegmentEnv>(env: &E, query: &Query, active: bool) -> Option<Hit> {
    let ExpectKey { address, peer, port } = query.key;
    let (client, server) = if active { (address, peer) } else { (peer, address) };
    if port < FIRST_PORT || !env.has_encrypted(client, server) {
        return None;
    }
    let mode = if active { Mode::Active } else { Mode::Passive };
    let kind = Kind { mode, evidence: Evidence::Inferred, extended: false };
    let query = Query { sender: DataSide::Initiator, ..*query };
    if admit(env, 0, kind, &query.key, EndpointState::Announced) == 0 {
        return None;
    }
    env.look(&query)
}
