// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Control connections under TLS (RFC 4217): their lines are hidden, and their data connections are inferred.

use super::{
    ControlSide, PARSE_MAX, Segment, SegmentEnv, Session, Tally,
    session::{ACCOUNTED, ENCRYPTED, PAIRED, UNSURE},
};
use crate::ftp::{Commands, Replies};

/// Type of the TLS record that begins a connection: a handshake (RFC 8446 §5.1), of any version since SSL 3.
const HANDSHAKE: u8 = 22;
const VERSION: u8 = 3;

/// First and last record type.
const FIRST: u8 = 20;
const LAST: u8 = 23;
/// Length of a record's header. Its last two bytes are the length of the rest.
const HEADER: u32 = 5;

/// Returns whether bytes are TLS without a visible AUTH TLS. Implicit FTPS begins with the client's
/// handshake; a session whose beginning was not seen may be at any record.
#[inline(always)]
const fn is_record([kind, version, ..]: [u8; 4], session: &Session) -> bool {
    version == VERSION && (kind == HANDSHAKE || session.is(UNSURE) && kind >= FIRST && kind <= LAST)
}

/// Returns whether bytes of this side may be the beginning or the end of TLS.
#[inline(always)]
pub(super) const fn may_show(session: &Session, side: ControlSide) -> bool {
    matches!(side, ControlSide::Client) || session.is(UNSURE) || session.is_hidden(side)
}

/// Detects the beginning or the end of TLS. Returns the number of record bytes before the first clear text.
#[inline(always)]
pub(super) fn look<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session) -> u32 {
    let side = segment.side();
    let beginning = env.beginning(segment, 0);
    if !session.is_hidden(side) {
        if is_record(beginning, session) {
            begin(session);
        }
        return 0;
    }
    // The record that closes TLS may share a segment with the first line behind it.
    let text = match beginning {
        [FIRST..=LAST, VERSION, ..] => {
            let [_, _, high, low] = env.beginning(segment, 1);
            HEADER + u32::from(u16::from_be_bytes([high, low]))
        }
        _ => 0,
    };
    let length = segment.length.wrapping_sub(text);
    // No record is text: its header contains a byte that text does not.
    let ends = text < segment.length && length <= PARSE_MAX && env.is_text(segment, text);
    if !ends || matches!(side, ControlSide::Server) && !is_reply(env.beginning(segment, text)) {
        return 0;
    }
    leave(session, side);
    text
}

/// Returns whether bytes begin like a reply. The middle of a record may be text, but the server's clear text
/// begins with a reply.
#[inline(always)]
const fn is_reply([first, second, third, _]: [u8; 4]) -> bool {
    first.is_ascii_digit() && second.is_ascii_digit() && third.is_ascii_digit()
}

/// Begins TLS on both sides.
#[inline(always)]
pub(super) const fn begin(session: &mut Session) {
    session.flags.set(ENCRYPTED.of(ControlSide::Client), true);
    session.flags.set(ENCRYPTED.of(ControlSide::Server), true);
    session.pending.clear();
}

/// Returns one side to clear text.
#[inline(always)]
fn leave(session: &mut Session, side: ControlSide) {
    session.flags.set(ENCRYPTED.of(side), false);
    match side {
        ControlSide::Client => session.commands = Commands::new(),
        ControlSide::Server => session.replies = Replies::new(),
    }
}

/// Ends the session.
#[inline(always)]
pub(super) const fn end(session: &mut Session) {
    session.flags.set(ENCRYPTED.of(ControlSide::Client), false);
    session.flags.set(ENCRYPTED.of(ControlSide::Server), false);
}

/// Returns whether the count of encrypted sessions is right about the session: [`account`] has nothing to do.
#[inline(always)]
pub(super) const fn is_accounted(session: &Session) -> bool {
    session.is_encrypted() == session.is(ACCOUNTED)
}

/// Updates the count of encrypted sessions for the session's host pair. Separate from [`begin`] and [`end`],
/// which are called where a kernel program has little stack left.
#[inline(always)]
pub(super) fn account<E: SegmentEnv>(env: &E, segment: &Segment, session: &mut Session) {
    if is_accounted(session) {
        return;
    }
    let encrypted = session.is_encrypted();
    let claimed = if encrypted { env.claim_account(session) } else { env.release_account(session) };
    if !claimed {
        return;
    }
    session.flags.set(ACCOUNTED, encrypted);
    if encrypted {
        let joined = env.join_pair(&segment.key);
        session.flags.set(PAIRED, joined);
        env.tally(Tally::SessionsEncrypted, 1);
        env.tally(Tally::PairsRefused, (!joined).into());
    } else {
        if session.is(PAIRED) {
            session.flags.set(PAIRED, false);
            env.leave_pair(&segment.key);
        }
        env.tally(Tally::SessionsDecrypted, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(unsure: bool) -> Session {
        let mut session = Session::default();
        session.flags.set(UNSURE, unsure);
        session
    }

    #[test]
    fn tls_begins_with_a_handshake_or_in_an_unsure_session_with_any_record() {
        for kind in 0..=u8::MAX {
            for version in [0, 2, 3, 4, b'T'] {
                for unsure in [false, true] {
                    let expected = version == 3 && (kind == 22 || unsure && (20..=23).contains(&kind));
                    let found = is_record([kind, version, 1, 0], &session(unsure));
                    assert_eq!(found, expected, "{kind}, {version}, unsure: {unsure}");
                }
            }
        }
    }

    #[test]
    fn the_client_may_show_tls_at_any_time_and_the_server_where_it_is_unclear_or_hidden() {
        for [unsure, hidden] in [[false, false], [false, true], [true, false], [true, true]] {
            let mut session = session(unsure);
            session.flags.set(ENCRYPTED.of(ControlSide::Server), hidden);
            assert!(may_show(&session, ControlSide::Client));
            assert_eq!(may_show(&session, ControlSide::Server), unsure || hidden, "{unsure} {hidden}");
        }
    }

    #[test]
    fn a_reply_begins_with_three_digits() {
        for (text, expected) in [
            (b"200 ", true),
            (b"227-", true),
            (b"x00 ", false),
            (b"2x0 ", false),
            (b"20x ", false),
            (b"xxx ", false),
        ] {
            assert_eq!(is_reply(*text), expected, "{text:?}");
        }
    }
}
