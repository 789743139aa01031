// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Admission of segments: finds or begins their session. A session begins once both sides agree.

use super::{
    ControlSide, Embryonic, Segment, SegmentEnv, Session, Tally,
    learn::withdraw_latest,
    session::{ENDED, GREETING, HANDSHAKE, SEEN, UNSURE},
    tls,
};
use crate::wire::tcp::flag;

/// Session of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum SessionAdmission {
    /// The segment belongs to no session.
    Refused = 0,
    /// The segment belongs to a known session: pass it to [`accept_segment`](super::accept_segment).
    Known = 1,
    /// The segment has just begun a session: find the session, then accept the segment.
    Begun = 2,
}

/// Number of consecutive segments with payload that establish a connection whose other direction takes
/// another route (asymmetric routing, or no egress hook). A blind sender could forge them, unless the real
/// host is seen too, because it would reset the connection.
const RUN: u8 = 2;

/// Finds the session of a segment, or begins one.
///
/// Numbers near those of a live session identify its segments. A handshake is stronger evidence: a client
/// that lost power may return from the same port with near numbers. A SYN alone is no evidence, because
/// anybody could send it (RFC 5961 §4).
///
/// The segment gets its time here, if it has a session: strays, of which a flood may come, do without.
#[inline(always)]
pub fn find_or_begin<E: SegmentEnv>(
    env: &E,
    segment: &mut Segment,
    session: Option<&mut Session>,
) -> SessionAdmission {
    let again = session.is_some();
    if again {
        env.stamp(segment);
    }
    let live = session.filter(|session| !session.has_ended());
    let mut near = false;
    if let Some(live) = &live {
        near = live.is_near(segment);
        if near && !live.is(HANDSHAKE) {
            return SessionAdmission::Known;
        }
    }
    let flags = observe_unknown(env, segment, again);
    if flags != 0 {
        env.stamp(segment);
    }
    if let Some(live) = live {
        if flags != 0 {
            // Called here, not where the session begins: a chain of calls has 512 bytes of stack.
            end(env, segment, live);
        } else if near {
            return SessionAdmission::Known;
        } else if live.is_succeeded_by(segment) {
            live.flags.set(HANDSHAKE, true);
        }
    }
    if flags != 0 && begin(env, segment, flags) {
        env.tally(Tally::SessionsReplaced, again.into());
        return SessionAdmission::Begun;
    }
    note_unestablished(env, segment);
    SessionAdmission::Refused
}

/// Observes a segment of an unknown connection. Returns the flags of the session that begins with it, or 0.
///
/// A connection is established once each side continues exactly where the other's acknowledgment says: only a
/// host on the path could know these numbers. If the ports have or had a session (`again`), only a handshake
/// begins another one.
#[inline(never)]
fn observe_unknown<E: SegmentEnv>(env: &E, segment: &Segment, again: bool) -> u32 {
    if segment.has(flag::RST) {
        env.drop_embryonic(&segment.key);
        return 0;
    }
    if !segment.has(flag::ACK) {
        return 0;
    }
    let syn = segment.has(flag::SYN);
    if syn && matches!(segment.side(), ControlSide::Client) {
        return 0;
    }
    let next = segment.end().wrapping_add(u32::from(syn));
    let known = env.embryonic(&segment.key).unwrap_or_default();
    let same = known.acknowledged != 0 && known.side == segment.side;
    let answers = known.acknowledged != 0
        && !same
        && !syn
        && !segment.has(flag::FIN)
        && segment.sequence == known.acknowledged
        && segment.acknowledgment == known.next
        && (known.whole != 0 || !again);
    if answers {
        let flags = match known.whole {
            0 => UNSURE.bit(),
            1 => GREETING.bit(),
            _ => 0,
        };
        return flags | SEEN.of(ControlSide::Client).bit() | SEEN.of(ControlSide::Server).bit();
    }
    let follows = same && !syn && segment.length > 0 && segment.sequence == known.next;
    if follows && known.run >= RUN && !again {
        return SEEN.of(segment.side()).bit() | UNSURE.bit();
    }
    if again && !syn && !(follows && known.whole != 0) {
        return 0;
    }
    // Retransmissions and pure ACKs must reset neither the run nor the handshake.
    let continues = follows || same && next == known.next;
    let quiet = continues && segment.acknowledgment == known.acknowledged;
    let embryonic = Embryonic {
        next,
        acknowledged: segment.acknowledgment.max(1),
        side: segment.side,
        run: if continues { known.run + u8::from(follows) } else { 0 },
        whole: if syn { 1 + u8::from(segment.length != 0) } else { known.whole * u8::from(quiet) },
        again: again.into(),
        reserved: 0,
    };
    // A flood of strays repeats itself, and a change would renew the candidate.
    if embryonic != known {
        env.keep_embryonic(&segment.key, &embryonic);
    }
    0
}

/// Begins a session with these flags. Each side continues at the segment's numbers. `false` if the table is
/// full.
#[inline(never)]
fn begin<E: SegmentEnv>(env: &E, segment: &Segment, flags: u32) -> bool {
    let (mine, theirs) = (segment.sequence, segment.acknowledgment);
    let next = match segment.side() {
        ControlSide::Client => [mine, theirs],
        ControlSide::Server => [theirs, mine],
    };
    env.drop_embryonic(&segment.key);
    let begun = env.begin(segment, next, flags);
    env.tally(if begun { Tally::SessionsOpened } else { Tally::SessionsRefused }, 1);
    if !begun {
        env.full(segment);
    }
    begun
}

/// Ends a session, and withdraws its unused announcement.
#[inline(never)]
pub(super) fn end<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session) {
    if !env.claim_end(session) {
        return;
    }
    session.flags.set(ENDED, true);
    tls::end(session);
    tls::account(env, segment, session);
    withdraw_latest(env, session, Tally::RemovedWithdrawn);
    env.tally(Tally::SessionsClosed, 1);
    env.ended(segment, session);
}

/// Counts a possible announcement on a connection without a session.
#[inline(never)]
pub(super) fn note_unestablished<E: SegmentEnv>(env: &E, segment: &Segment) {
    if segment.length == 0 {
        return;
    }
    let beginning = env.beginning(segment, 0);
    let announces = match segment.side() {
        ControlSide::Server => matches!(beginning, [b'2', b'2', b'7'..=b'9', _]),
        ControlSide::Client => {
            let upper = u32::from_be_bytes(beginning) & !0x2020_2020;
            upper == u32::from_be_bytes(*b"PORT") || upper == u32::from_be_bytes(*b"EPRT")
        }
    };
    if announces {
        env.tally(Tally::RejectedNotEstablished, 1);
    }
}
