//! How a segment stands to its session, and how a session ends.

use super::{
    Segment, Session, Side, Tally, World,
    candidate::{begin, consider},
    flags::ENDED,
    learn::withdraw_latest,
    secure,
};

/// How a segment stands to what is known of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It is of the session that was found: [`receive`](super::receive) it.
    Session,
    /// A session has just begun with it: find it, and [`receive`](super::receive).
    Begun,
    /// It is of none.
    Nothing,
}

/// Whether the segment is of a session: the one that was found for its ports, or one that begins with it.
#[inline(always)]
pub fn meet<W: World>(world: &W, segment: &Segment, session: Option<&mut Session>) -> Met {
    let anew = session.is_some();
    let live = session.filter(|session| !session.has_ended());
    if let Some(live) = &live
        && live.is_near(segment)
    {
        return Met::Session;
    }
    let flags = consider(world, segment, anew);
    if flags != 0 {
        // Here, not where it begins: a chain of calls has 512 bytes of stack.
        if let Some(live) = live {
            end(world, segment, live);
        }
        if begin(world, segment, flags) {
            world.tally(Tally::SessionsReplaced, anew.into());
            return Met::Begun;
        }
    }
    note_unestablished(world, segment);
    Met::Nothing
}

/// The connection is over: what it announced and nobody used is taken back.
#[inline(never)]
pub(super) fn end<W: World>(world: &W, segment: &Segment, session: &mut Session) {
    if !world.claim_end(session) {
        return;
    }
    session.flags.set(ENDED, true);
    secure::end(session);
    secure::account(world, segment, session);
    withdraw_latest(world, session, Tally::RemovedWithdrawn);
    world.tally(Tally::SessionsClosed, 1);
    world.ended(segment, session);
}

/// Counts what looks like an announcement on a connection that is none.
#[inline(never)]
pub(super) fn note_unestablished<W: World>(world: &W, segment: &Segment) {
    if segment.length == 0 {
        return;
    }
    let beginning = world.beginning(segment);
    let announces = match segment.side() {
        Side::Server => matches!(beginning, [b'2', b'2', b'7'..=b'9', _]),
        Side::Client => {
            let upper = u32::from_be_bytes(beginning) & !0x2020_2020;
            upper == u32::from_be_bytes(*b"PORT") || upper == u32::from_be_bytes(*b"EPRT")
        }
    };
    if announces {
        world.tally(Tally::RejectedNotEstablished, 1);
    }
}
