//! How a control connection comes to be one: both sides must have been heard, and agree.

use super::{
    Segment, Session, Side, Tally, World,
    follow::end,
    session::{GREETING, HEARD, UNSURE},
};
use crate::wire::tcp::flag;

/// What one side has said on a connection that is not known yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Candidate {
    /// Sequence number that this side will go on with.
    pub next: u32,
    /// What it has acknowledged: where the other side will go on.
    pub acknowledged: u32,
    /// Number of its [`Side`].
    pub side: u8,
    /// Segments with payload that followed one another without a word of the other side.
    pub run: u8,
    /// 1 if it began with the handshake, 2 if that held data already.
    pub whole: u8,
    /// Zero.
    pub reserved: u8,
}

/// Segments with payload, each going on where the last one ended, after which a connection counts as one
/// whose other direction takes another way (an asymmetric route, or no egress hook). A sender who cannot
/// see the connection could forge them, but not where the host that he forges is heard too: it resets it.
const RUN: u8 = 2;

/// Looks at a segment of a connection that is not known: `true` if it is now.
///
/// Numbers that only a host on the way could know say that a connection is established: one side goes on
/// just where the other's acknowledgment says, and the other way round. Where the ports have or had a
/// session (`old`), nothing less than a handshake will do.
#[inline(never)]
pub(super) fn consider<W: World>(world: &W, segment: &Segment, old: Option<&mut Session>) -> bool {
    if segment.has(flag::RST) {
        world.drop_candidate(&segment.key);
        return false;
    }
    if !segment.has(flag::ACK) {
        return false;
    }
    let anew = old.is_some();
    let syn = segment.has(flag::SYN);
    if syn && matches!(segment.side(), Side::Client) {
        return false;
    }
    let next = segment.end().wrapping_add(u32::from(syn));
    let known = world.candidate(&segment.key).unwrap_or_default();
    let same = known.acknowledged != 0 && known.side == segment.side;
    let answers = known.acknowledged != 0
        && !same
        && !syn
        && !segment.has(flag::FIN)
        && segment.sequence == known.acknowledged
        && segment.acknowledgment == known.next
        && (known.whole != 0 || !anew);
    if answers {
        let flags = match known.whole {
            0 => UNSURE,
            1 => GREETING,
            _ => 0,
        };
        return begin(world, segment, &known, flags | (3 * HEARD), old);
    }
    let follows = same && !syn && segment.length > 0 && segment.sequence == known.next;
    if follows && known.run >= RUN && !anew {
        return begin(world, segment, &known, HEARD << (segment.side & 1) | UNSURE, old);
    }
    if anew && !syn {
        return false;
    }
    // What comes again, or acknowledges alone, must not make a run or a handshake forgotten.
    let goes_on = follows || same && next == known.next;
    let quiet = goes_on && segment.acknowledgment == known.acknowledged;
    let candidate = Candidate {
        next,
        acknowledged: segment.acknowledgment.max(1),
        side: segment.side,
        run: if goes_on { known.run + u8::from(follows) } else { 0 },
        whole: if syn { 1 + u8::from(segment.length != 0) } else { known.whole * u8::from(quiet) },
        reserved: 0,
    };
    world.keep_candidate(&segment.key, &candidate);
    false
}

#[inline(always)]
fn begin<W: World>(
    world: &W,
    segment: &Segment,
    known: &Candidate,
    flags: u32,
    old: Option<&mut Session>,
) -> bool {
    if let Some(old) = old
        && !old.has_ended()
    {
        end(world, segment, old);
    }
    let mine = segment.sequence;
    let theirs = if flags & (3 * HEARD) == 3 * HEARD { known.next } else { segment.acknowledgment };
    let next = match segment.side() {
        Side::Client => [mine, theirs],
        Side::Server => [theirs, mine],
    };
    world.drop_candidate(&segment.key);
    let room = world.begin(segment, next, flags);
    world.tally(if room { Tally::SessionsOpened } else { Tally::SessionsRefused }, 1);
    if !room {
        world.full(segment);
    }
    room
}
