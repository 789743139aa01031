// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Acceptance of a session's segment: from its sequence numbers to the bytes to read, and to its end.

use super::{
    Embryonic, Segment, SegmentEnv, Session, SessionKey, Stream, Tally,
    admit::{end, note_unestablished},
    session::{AHEAD_WHOLE, CUT, FINISHED, SEEN},
    stream::{Plan, READ_MAX, reaches},
    tls,
};
use crate::wire::tcp::flag;

/// A span of a segment's payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Index of the first byte.
    pub from: u32,
    /// Number of bytes, at most [`READ_MAX`].
    pub count: u32,
}

/// Applies a segment without payload, which neither begins nor ends a connection, to what is known of it. Returns
/// `false` if [`find_or_begin`](super::find_or_begin) must decide.
///
/// Most segments of a transfer's control connection are like this, and most strays repeat themselves. `embryonic` is
/// called last: what has a session is no candidate.
#[inline(always)]
pub fn acknowledge<'a>(
    segment: &mut Segment,
    embryonic: impl FnOnce(&SessionKey) -> Option<Embryonic>,
    session: impl FnOnce(&SessionKey) -> Option<&'a mut Session>,
    now: impl FnOnce() -> u64,
) -> bool {
    if let Some(session) = session(&segment.key)
        && session.has(segment)
    {
        segment.now = now();
        note(segment, session);
        return true;
    }
    embryonic(&segment.key).is_some_and(|known| known.is_repeated_by(segment))
}

/// Notes the time and the numbers of a segment.
#[inline(always)]
fn note(segment: &Segment, session: &mut Session) {
    session.last = session.last.max(segment.now);
    let side = segment.side();
    if !session.is(SEEN.of(side)) {
        session.flags.set(SEEN.of(side), true);
    }
    if segment.has(flag::ACK) {
        session.stream(side.other()).acknowledge(segment.acknowledgment);
    }
}

/// Accepts a segment of a session and returns its new bytes; `None` if the segment is finished: an acknowledgment
/// alone, of which a transfer has most, or bytes that are known.
///
/// The caller passes them to [`push_byte`](super::push_byte) one by one, in chunks of
/// [`PARSE_MAX`](super::PARSE_MAX), and then calls [`finish_segment`]. The direction is claimed until then.
#[inline(always)]
pub fn accept_segment<E: SegmentEnv>(env: &E, segment: &mut Segment, session: &mut Session) -> Option<Span> {
    note(segment, session);
    let span = if segment.length == 0 { Span::default() } else { unread(env, segment, session) };
    let is_last = segment.flags & (flag::FIN | flag::RST) != 0;
    (span.count != 0 || is_last || !tls::is_accounted(session)).then_some(span)
}

/// Returns the bytes of a payload to read. Only a payload that may say something new gets an exact time: the clock costs
/// as much as the rest.
#[inline(always)]
fn unread<E: SegmentEnv>(env: &E, segment: &mut Segment, session: &mut Session) -> Span {
    let side = segment.side();
    if session.is(FINISHED.of(side)) && !reaches(session.stream(side).next, segment.end()) {
        note_unestablished(env, segment);
        return Span::default();
    }
    if !env.claim(session, side) {
        env.stamp(segment);
        if env.forward(segment, session) {
            let whole = env.ends_line(segment);
            session.stream(side).contend(segment.sequence, segment.end(), whole);
        }
        return Span::default();
    }
    if session.stream(side).take_contended() {
        let whole = session.stream(side).contended_whole != 0;
        session.flags.set(AHEAD_WHOLE.of(side), whole);
    }
    let mut plan = session.stream(side).plan(segment.sequence, segment.length);
    if tls::may_show(session, side) && matches!(plan, Plan::Read(0)) {
        plan = Plan::Read(tls::look(env, segment, session));
    }
    if !matches!(plan, Plan::Ignore) {
        env.stamp(segment);
    }
    let span = if session.is_hidden(side) {
        if !matches!(plan, Plan::Ignore) {
            session.stream(side).next = segment.end();
        }
        Span::default()
    } else {
        readable(env, segment, session, plan)
    };
    if span.count == 0 {
        env.release(session, side);
    }
    span
}

/// Returns the readable bytes of a clear-text payload.
#[inline(always)]
fn readable<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session, plan: Plan) -> Span {
    let side = segment.side();
    let from = match plan {
        Plan::Ignore => return Span::default(),
        Plan::Forward => {
            forward(env, segment, session);
            return Span::default();
        }
        Plan::Read(known) => {
            if known != 0 && session.stream(side).wants(segment.sequence, known) {
                env.forward(segment, session);
            }
            known
        }
        Plan::ReadAfterLoss(lost) => {
            lose(env, segment, session, lost);
            0
        }
    };
    Span { from, count: segment.length.wrapping_sub(from).min(READ_MAX) }
}

/// Forwards a segment that lies behind a gap, or fills a skipped one.
#[inline(never)]
fn forward<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session) {
    let side = segment.side();
    if env.forward(segment, session) && session.stream(side).forwarded(segment.sequence, segment.end()) {
        session.flags.set(AHEAD_WHOLE.of(side), env.ends_line(segment));
    }
}

/// Handles `lost` bytes before the segment that will never be seen. The agent reads those that were
/// forwarded.
#[inline(never)]
fn lose<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session, lost: u32) {
    let side = segment.side();
    let Stream { next, ahead, ahead_end, .. } = *session.stream(side);
    let forwarded = ahead_end.wrapping_sub(ahead);
    env.tally(Tally::UnseenBytes, lost.saturating_sub(forwarded).into());
    if forwarded != 0 {
        env.jump(segment, session, next, segment.sequence);
        let stream = session.stream(side);
        stream.ahead = ahead_end;
        stream.skip(next, segment.sequence);
    }
    // If the forwarded bytes reach up to here, their last byte is known.
    let known = forwarded != 0 && ahead_end == segment.sequence;
    let whole = known && session.is(AHEAD_WHOLE.of(side));
    session.lose_line(side, whole);
    let cut = CUT.of(side);
    session.flags.set(cut, known && !whole);
}

/// Finishes a segment after `read` bytes of its span: advances the stream, and ends the session if the
/// segment ends it.
#[inline(always)]
pub fn finish_segment<E: SegmentEnv>(
    env: &E,
    segment: &Segment,
    session: &mut Session,
    span: Span,
    read: u32,
) {
    let side = segment.side();
    if span.count != 0 {
        advance(env, segment, session, segment.length.wrapping_sub(span.from).wrapping_sub(read));
        env.release(session, side);
    }
    tls::account(env, segment, session);
    let next = session.stream(side).next;
    if segment.has(flag::RST) && session.stream(side).may_end(segment.sequence) {
        end(env, segment, session);
    } else if segment.has(flag::FIN) && segment.end() == next {
        session.flags.set(FINISHED.of(side), true);
        if session.is(FINISHED.of(side.other())) || session.is_one_way() {
            end(env, segment, session);
        }
    }
}

/// Advances the stream behind a segment whose last `unread` bytes cannot be read: the packet lacks them, or
/// is longer than [`READ_MAX`].
#[inline(always)]
fn advance<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session, unread: u32) {
    let side = segment.side();
    let end = segment.end();
    if session.is_hidden(side) {
        session.stream(side).next = end;
        return;
    }
    if unread != 0 {
        env.tally(Tally::UnseenBytes, unread.into());
        session.lose_line(side, false);
    }
    let to = session.stream(side).advance(end);
    let whole = session.is(AHEAD_WHOLE.of(side));
    let cut = CUT.of(side);
    if session.is(cut) {
        // The rest of a line whose beginning was forwarded to the agent.
        env.forward(segment, session);
    }
    if to != end {
        env.jump(segment, session, end, to);
        session.stream(side).skip(end, to);
        session.lose_line(side, whole);
        session.flags.set(cut, !whole);
    } else if session.is(cut) && env.ends_line(segment) {
        session.flags.set(cut, false);
    }
}
