//! Announcements get their place in the endpoint table, or lose it.

use super::{Hearing, Learned, Session, Tally, World};
use crate::endpoint::{
    Announcement, Evidence, Hit, Kind, Mode, Owner, Placed, Query, Set as _, Side, State, announce, confirm,
    judge, place_of, set_of, slot, withdraw,
};

/// Ports that only the system's services may have (RFC 6335 §6); a data connection has none of them.
const RESERVED: u16 = 1024;

/// Gives an announced port its place; `false` if it is refused.
#[inline(always)]
pub(super) fn learn<W: Hearing>(
    world: &W,
    session: &mut Session,
    kind: Kind,
    owner: &Owner,
    state: State,
) -> bool {
    if owner.port < RESERVED || world.is_known_port(owner.port) {
        world.tally(Tally::RejectedReservedPort, 1);
        return false;
    }
    let new = place(world, session.id, kind, owner, state);
    if new != 0 && new != session.latest {
        withdraw_latest(world, session, Tally::RemovedReplaced);
        session.latest = new;
    }
    new != 0
}

/// The slot that the announcement got, 0 for none.
#[inline(always)]
fn place<W: Hearing>(world: &W, session: u64, kind: Kind, owner: &Owner, state: State) -> u32 {
    let number = world.set_number(set_of(owner));
    let Some(set) = world.endpoints(number) else { return 0 };
    let announcement = Announcement { owner, kind, session, state };
    let Some(place) = announce(&set, &announcement) else {
        world.tally(Tally::Unplaced, 1);
        return 0;
    };
    let slot = slot(number, place.way);
    if place.how == Placed::Known {
        return slot;
    }
    match place.how {
        Placed::Evicted(State::Closed) => world.tally(Tally::RemovedClosed, 1),
        Placed::Evicted(State::Announced | State::Connected) => world.tally(Tally::RemovedEvicted, 1),
        // A proposal was never learned.
        Placed::Evicted(State::Free | State::Claimed | State::Proposed) | Placed::Known | Placed::Learned => {
        }
    }
    let proposed = state == State::Proposed;
    if !proposed {
        world.tally(Tally::learned(kind), 1);
    }
    world.learned(session, &Learned { slot, place, proposed });
    slot
}

/// The announcement that the session made last is taken back, if nobody has used it. A proposal was never
/// learned, so it is not counted as removed.
#[inline(always)]
pub(super) fn withdraw_latest<W: Hearing>(world: &W, session: &mut Session, reason: Tally) -> bool {
    let (set, way) = place_of(session.latest);
    let known = session.latest != 0;
    session.latest = 0;
    let Some(set) = world.endpoints(set) else { return false };
    if !known {
        return false;
    }
    let was = withdraw(&set, way, session.id);
    if was == State::Announced {
        world.tally(reason, 1);
    }
    was != State::Free
}

/// The server confirms what the client proposed last.
#[inline(always)]
pub(super) fn confirm_latest<W: Hearing>(world: &W, session: &Session) {
    let (set, way) = place_of(session.latest);
    let Some(set) = world.endpoints(set) else { return };
    if session.latest != 0 && confirm(&set, way, session.id) {
        world.tally(Tally::learned(set.word(way).kind()), 1);
    }
}

/// A connection begins between two hosts that have an encrypted session: it is taken for FTP data.
///
/// `query` is the SYN, seen from the port that it goes to. `active`: it comes from port 20, so that the
/// client owns the port; else the server does.
#[inline(always)]
pub fn infer<W: World>(world: &W, query: &Query, active: bool) -> Option<Hit> {
    let Owner { address, peer, port } = query.owner;
    let (client, server) = if active { (address, peer) } else { (peer, address) };
    if port < RESERVED || !world.has_encrypted(client, server) {
        return None;
    }
    let mode = if active { Mode::Active } else { Mode::Passive };
    let kind = Kind { mode, evidence: Evidence::Inferred, extended: false };
    let query = Query { sender: Side::Peer, ..*query };
    if place(world, 0, kind, &query.owner, State::Announced) == 0 {
        return None;
    }
    judge(&world.endpoints(set_of(&query.owner))?, &query)
}
