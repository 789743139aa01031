//! Control connections under TLS (RFC 4217): what they say is hidden, what they cause is inferred.

use super::{Hearing, PARSE_MAX, Segment, Session, Tally, World, session::ENCRYPTED};
use crate::ftp::{Commands, Replies};

/// The record that begins a TLS connection: a handshake (RFC 8446 §5.1), of any version since SSL 3.
const HANDSHAKE: u8 = 22;
const VERSION: u8 = 3;

/// Whether the client's bytes begin TLS without having asked for it: implicit FTPS.
#[inline(always)]
const fn is_handshake([kind, version, ..]: [u8; 4]) -> bool {
    kind == HANDSHAKE && version == VERSION
}

/// Looks at bytes of the client's for the beginning of TLS, or its end.
#[inline(always)]
pub(super) fn look<W: World>(world: &W, segment: &Segment, session: &mut Session) {
    if session.is_encrypted() {
        // No record is text: its header has a byte that is none.
        if segment.length <= PARSE_MAX && world.is_text(segment) {
            end(world, segment, session);
        }
    } else if is_handshake(world.beginning(segment)) {
        begin(world, segment, session);
    }
}

/// What the session says is hidden from here on.
#[inline(never)]
pub(super) fn begin<W: Hearing>(world: &W, segment: &Segment, session: &mut Session) {
    if !session.is(ENCRYPTED) {
        session.flags |= ENCRYPTED;
        session.pending.clear();
        world.encrypted(segment.key.client, segment.key.server, 1);
        world.tally(Tally::SessionsEncrypted, 1);
    }
}

/// The session has come back to clear text, or ends.
#[inline(never)]
pub(super) fn end<W: Hearing>(world: &W, segment: &Segment, session: &mut Session) {
    if session.is(ENCRYPTED) {
        session.flags &= !ENCRYPTED;
        session.commands = Commands::new();
        session.replies = Replies::new();
        world.encrypted(segment.key.client, segment.key.server, -1);
        world.tally(Tally::SessionsDecrypted, 1);
    }
}
