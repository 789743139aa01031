//! How a control connection comes to be one: both sides must have been heard, and agree.

use super::{
    Segment, Side, Tally, World,
    flags::{GREETING, HEARD, UNSURE},
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

/// Looks at a segment of a connection that is not known: the flags of the session that begins with it, 0 if none
/// does.
///
/// Numbers that only a host on the way could know say that a connection is established: one side goes on
/// just where the other's acknowledgment says, and the other way round. Where the ports have or had a
/// session (`anew`), nothing less than a handshake will do.
#[inline(never)]
pub(super) fn consider<W: World>(world: &W, segment: &Segment, anew: bool) -> u32 {
    if segment.has(flag::RST) {
        world.drop_candidate(&segment.key);
        return 0;
    }
    if !segment.has(flag::ACK) {
        return 0;
    }
    let syn = segment.has(flag::SYN);
    if syn && matches!(segment.side(), Side::Client) {
        return 0;
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
            0 => UNSURE.bit(),
            1 => GREETING.bit(),
            _ => 0,
        };
        return flags | HEARD.of(Side::Client).bit() | HEARD.of(Side::Server).bit();
    }
    let follows = same && !syn && segment.length > 0 && segment.sequence == known.next;
    if follows && known.run >= RUN && !anew {
        return HEARD.of(segment.side()).bit() | UNSURE.bit();
    }
    if anew && !syn {
        return 0;
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
    0
}

/// Begins a session with these flags: each side goes on where the segment says. `false` if there is no room.
#[inline(never)]
pub(super) fn begin<W: World>(world: &W, segment: &Segment, flags: u32) -> bool {
    let (mine, theirs) = (segment.sequence, segment.acknowledgment);
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
