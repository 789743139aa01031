//! Control connections under TLS (RFC 4217): what they say is hidden, what they cause is inferred.

use super::{
    PARSE_MAX, Segment, Session, Side, Tally, World,
    flags::{ACCOUNTED, ENCRYPTED, UNSURE},
};
use crate::ftp::{Commands, Replies};

/// The record that begins a TLS connection: a handshake (RFC 8446 §5.1), of any version since SSL 3.
const HANDSHAKE: u8 = 22;
const VERSION: u8 = 3;

/// The first and the last kind of record.
const FIRST: u8 = 20;
const LAST: u8 = 23;

/// Whether bytes are TLS that nobody was heard to ask for: implicit FTPS, which begins with the client's
/// handshake, or a session whose beginning was not seen, which may be at any record.
#[inline(always)]
const fn is_record([kind, version, ..]: [u8; 4], session: &Session) -> bool {
    version == VERSION && (kind == HANDSHAKE || session.is(UNSURE) && kind >= FIRST && kind <= LAST)
}

/// Whether bytes of this side could be the beginning of TLS, or its end.
#[inline(always)]
pub(super) const fn may_show(session: &Session, side: Side) -> bool {
    matches!(side, Side::Client) || session.is(UNSURE) && !session.is_encrypted()
}

/// Looks for the beginning of TLS, or its end.
#[inline(always)]
pub(super) fn look<W: World>(world: &W, segment: &Segment, session: &mut Session) {
    if session.is_encrypted() {
        // No record is text: its header has a byte that is none.
        if segment.length <= PARSE_MAX && world.is_text(segment) {
            end(session);
        }
    } else if is_record(world.beginning(segment), session) {
        begin(session);
    }
}

/// What the session says is hidden from here on.
#[inline(always)]
pub(super) const fn begin(session: &mut Session) {
    session.flags.set(ENCRYPTED, true);
    session.pending.clear();
}

/// The session has come back to clear text, or ends.
#[inline(always)]
pub(super) fn end(session: &mut Session) {
    if session.is_encrypted() {
        session.flags.set(ENCRYPTED, false);
        session.commands = Commands::new();
        session.replies = Replies::new();
    }
}

/// Makes it known that two hosts have an encrypted session now, or have one less. Apart from what begins and
/// ends it, which happens deep in the reading, where a kernel program has little stack left.
#[inline(always)]
pub(super) fn account<W: World>(world: &W, segment: &Segment, session: &mut Session) {
    let (encrypted, accounted) = (session.is(ENCRYPTED), session.is(ACCOUNTED));
    if encrypted == accounted {
        return;
    }
    session.flags.set(ACCOUNTED, encrypted);
    let (change, tally) =
        if encrypted { (1, Tally::SessionsEncrypted) } else { (-1, Tally::SessionsDecrypted) };
    world.encrypted(&segment.key, change);
    world.tally(tally, 1);
}
