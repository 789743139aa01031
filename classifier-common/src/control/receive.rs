//! A segment of a session, from its numbers to the bytes that are read of it.

use super::{
    Segment, Session, Stream, Tally, World,
    flags::{BEYOND_WHOLE, CUT, FINISHED, HEARD},
    follow::{end, note_unestablished},
    secure,
    stream::{PARSE_MAX, Plan, reaches},
};
use crate::wire::tcp::flag;

/// Bytes of a segment's payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: u32,
    /// How many, at most [`PARSE_MAX`].
    pub count: u32,
}

/// Takes a segment of a session: the bytes that are new, and are to be put through [`hear`](super::hear), one
/// after the other, before the segment is [`settle`]d. While there are any, the direction is claimed.
#[inline(always)]
pub fn receive<W: World>(world: &W, segment: &Segment, session: &mut Session) -> Span {
    session.last = segment.now;
    let side = segment.side();
    if !session.is(HEARD.of(side)) {
        session.flags.set(HEARD.of(side), true);
    }
    if segment.has(flag::ACK) {
        session.stream(side.other()).acknowledge(segment.acknowledgment);
    }
    if segment.length == 0 {
        return Span::default();
    }
    if session.is(FINISHED.of(side)) && !reaches(session.stream(side).next, segment.end()) {
        note_unestablished(world, segment);
        return Span::default();
    }
    if !world.claim(session, side) {
        world.hand_over(segment, session);
        return Span::default();
    }
    let plan = session.stream(side).plan(segment.sequence, segment.length);
    if secure::may_show(session, side) && matches!(plan, Plan::Read(0)) {
        secure::look(world, segment, session);
    }
    let span = if session.is_encrypted() {
        if !matches!(plan, Plan::Ignore) {
            session.stream(side).next = segment.end();
        }
        Span::default()
    } else {
        readable(world, segment, session, plan)
    };
    if span.count == 0 {
        world.release(session, side);
    }
    span
}

/// The bytes of a clear-text payload that are to be read.
#[inline(always)]
fn readable<W: World>(world: &W, segment: &Segment, session: &mut Session, plan: Plan) -> Span {
    let side = segment.side();
    let from = match plan {
        Plan::Ignore => return Span::default(),
        Plan::HandOver => {
            hand_over(world, segment, session);
            return Span::default();
        }
        Plan::Read(known) => {
            if known != 0 && session.stream(side).wants(segment.sequence, known) {
                world.hand_over(segment, session);
            }
            known
        }
        Plan::ReadAfterLoss(lost) => {
            lose(world, segment, session, lost);
            0
        }
    };
    Span { from, count: segment.length.wrapping_sub(from).min(PARSE_MAX) }
}

/// Hands a segment over that lies beyond a hole, or in one that was passed over.
#[inline(never)]
fn hand_over<W: World>(world: &W, segment: &Segment, session: &mut Session) {
    let side = segment.side();
    if world.hand_over(segment, session) && session.stream(side).handed(segment.sequence, segment.end()) {
        session.flags.set(BEYOND_WHOLE.of(side), world.ends_line(segment));
    }
}

/// Some of the `lost` bytes before the segment will never be seen. What of them was handed over is for others
/// to make sense of.
#[inline(never)]
fn lose<W: World>(world: &W, segment: &Segment, session: &mut Session, lost: u32) {
    let side = segment.side();
    let Stream { next, beyond, beyond_end, .. } = *session.stream(side);
    let handed = beyond_end.wrapping_sub(beyond);
    world.tally(Tally::UnseenBytes, lost.saturating_sub(handed).into());
    if handed != 0 {
        world.jump(segment, session, next, segment.sequence);
        let stream = session.stream(side);
        stream.beyond = beyond_end;
        stream.pass(next, segment.sequence);
    }
    // Where the last bytes that were handed over reach up to here, it is known how they end.
    let known = handed != 0 && beyond_end == segment.sequence;
    let whole = known && session.is(BEYOND_WHOLE.of(side));
    session.lose_line(side, whole);
    let cut = CUT.of(side);
    session.flags.set(cut, known && !whole);
}

/// Settles a segment whose bytes were read: what comes next, what is left to others, and whether the
/// connection ends.
#[inline(always)]
pub fn settle<W: World>(world: &W, segment: &Segment, session: &mut Session, span: Span) {
    let side = segment.side();
    if span.count != 0 {
        let end = segment.sequence.wrapping_add(span.from).wrapping_add(span.count);
        advance(world, segment, session, end);
        world.release(session, side);
    }
    secure::account(world, segment, session);
    let next = session.stream(side).next;
    if segment.has(flag::RST) && session.stream(side).may_end(segment.sequence) {
        end(world, segment, session);
    } else if segment.has(flag::FIN) && segment.end() == next {
        session.flags.set(FINISHED.of(side), true);
        if session.is(FINISHED.of(side.other())) || session.is_one_way() {
            end(world, segment, session);
        }
    }
}

/// The bytes up to `end` were read; those behind it are the agent's, if there are any.
#[inline(always)]
fn advance<W: World>(world: &W, segment: &Segment, session: &mut Session, end: u32) {
    let side = segment.side();
    if session.is_encrypted() {
        session.stream(side).next = segment.end();
        return;
    }
    let mut to = session.stream(side).advance(end);
    let mut whole = session.is(BEYOND_WHOLE.of(side));
    let cut = CUT.of(side);
    let mut handed = true;
    if end != segment.end() {
        handed = world.hand_over(segment, session);
        if reaches(segment.end(), to) {
            to = segment.end();
            whole = world.ends_line(segment);
        }
    } else if session.is(cut) {
        // The rest of a line of which others have the beginning.
        world.hand_over(segment, session);
    }
    if to != end {
        // What was not handed over nobody can read: its source has had its share.
        if handed {
            world.jump(segment, session, end, to);
        }
        session.stream(side).pass(end, to);
        session.lose_line(side, whole);
        session.flags.set(cut, !whole);
    } else if session.is(cut) && world.ends_line(segment) {
        session.flags.set(cut, false);
    }
}
