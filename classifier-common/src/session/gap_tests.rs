// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests of sessions of which segments are lost.

use super::{
    Said::{self, LogsIn, Nothing, Other},
    tests::{REPLIES, SAYS, Session},
};
use crate::protocol::Protocol;

/// An event of a session.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// The client sends a segment.
    Says(&'static [u8]),
    /// The server sends a segment, which acknowledges everything before it.
    Replies(&'static [u8]),
    /// So many bytes of the client are lost.
    Loses(u32),
}
use Happens::{Loses, Replies, Says};

fn heard(protocol: Protocol, events: &[Happens]) -> Said {
    let mut session = Session::new(protocol);
    for event in events {
        match *event {
            Says(bytes) => _ = session.segment(SAYS, 0x18, bytes),
            Replies(bytes) => _ = session.segment(REPLIES, 0x18, bytes),
            Loses(count) => session.next[0] = session.next[0].wrapping_add(count),
        }
    }
    session.said
}

const LOGIN: Happens = Says(b"AUTH PLAIN x\r\n");
const GO: Happens = Replies(b"354 go\r\n");
const OK: Happens = Replies(b"250 ok\r\n");
const NO: Happens = Replies(b"554 no\r\n");

#[test]
fn behind_a_gap_a_line_is_read_if_the_server_had_everything_before_it() {
    for (protocol, login, ok) in [
        (Protocol::FTP_CONTROL, Says(b"PASS x\r\n"), Replies(b"200 ok\r\n")),
        (Protocol::SMTP, LOGIN, OK),
        (Protocol::POP3, Says(b"PASS x\r\n"), Replies(b"+OK\r\n")),
        (Protocol::IMAP, Says(b"a LOGIN x y\r\n"), Replies(b"a OK\r\n")),
    ] {
        assert_eq!(heard(protocol, &[login]), LogsIn);
        assert_eq!(heard(protocol, &[Loses(9), login]), Nothing, "it may be the rest of a line");
        assert_eq!(heard(protocol, &[Loses(9), ok, login]), LogsIn);
        let next = if protocol == Protocol::SMTP { Nothing } else { LogsIn };
        assert_eq!(
            heard(protocol, &[Loses(9), login, login]),
            next,
            "mail may have a text of unknown length"
        );
        assert_eq!(heard(protocol, &[Loses(9), login, ok, login]), LogsIn);
        assert_eq!(heard(protocol, &[ok, Loses(9), login]), Nothing, "the reply was before it");
    }
}

#[test]
fn a_login_behind_a_server_that_waits_for_more_is_none() {
    let login = Says(b"a LOGIN x y\r\n");
    assert_eq!(heard(Protocol::IMAP, &[Loses(9), Replies(b"+ go\r\n"), login]), Nothing);
    assert_eq!(heard(Protocol::SMTP, &[Loses(9), GO, LOGIN]), Nothing);
}

#[test]
fn a_gap_in_a_text_does_not_end_it() {
    let data = Says(b"DATA\r\n");
    for (events, expected) in [
        (&[data, GO, LOGIN][..], Other),
        (&[data, GO, Loses(9), LOGIN], Other),
        (&[data, GO, Loses(9), LOGIN, Says(b".\r\n"), LOGIN], LogsIn),
        (&[data, GO, Loses(9), Says(b".\r\n"), LOGIN], Other),
        (&[data, GO, Says(b"x\r\n"), Says(b".\r\n"), LOGIN], LogsIn),
        (&[data, GO, Says(b"x\r\n.\r\n"), OK, LOGIN], LogsIn),
        (&[data, GO, Says(b"x\r\n"), Loses(3), OK, LOGIN], LogsIn),
        (&[data, Loses(50), OK, LOGIN], LogsIn),
        (&[data, Loses(50), LOGIN], Other),
        (&[data, LOGIN, Loses(20), OK, LOGIN], Other),
        (&[data, GO, Says(b"x\r\n"), Loses(3), LOGIN], Other),
        (&[data, GO, Says(b"x\r\n"), Loses(3), OK, data, GO, LOGIN], Other),
        (&[data, GO, Says(b"x\r\n"), Loses(3), OK, data, GO, Says(b".\r\n"), OK, LOGIN], LogsIn),
    ] {
        assert_eq!(heard(Protocol::SMTP, events), expected, "{events:?}");
    }
}

#[test]
fn a_text_whose_command_was_lost_is_known_by_the_permission() {
    for (events, expected) in [
        (&[OK, Loses(6), GO, LOGIN][..], Nothing),
        (&[OK, Loses(6), GO, Says(b"x\r\n"), LOGIN], Nothing),
        (&[OK, Loses(6), GO, Says(b"x\r\n.\r\n"), OK, LOGIN], LogsIn),
        (&[OK, Loses(6), GO, Loses(50), OK, LOGIN], LogsIn),
        (&[OK, Loses(6), GO, Loses(50), OK, Says(b"DATA\r\n"), GO, LOGIN], Other),
        (&[OK, Loses(6), GO, Loses(50), OK, Says(b"DATA\r\n"), NO, LOGIN], LogsIn),
    ] {
        assert_eq!(heard(Protocol::SMTP, events), expected, "{events:?}");
    }
}

#[test]
fn a_refused_text_is_not_sent() {
    let data = Says(b"DATA\r\n");
    for (events, expected) in [
        (&[data, NO, LOGIN][..], LogsIn),
        (&[data, NO, data, GO, LOGIN], Other),
        (&[data, NO, data, NO, LOGIN], LogsIn),
        (&[data, NO, data, GO, Says(b".\r\n"), OK, LOGIN], LogsIn),
        (&[data, LOGIN, NO, LOGIN], Other),
        (&[data, LOGIN, GO, LOGIN], Other),
        (&[data, LOGIN, Says(b".\r\n"), LOGIN], LogsIn),
        (&[data, OK, LOGIN], Other),
        (&[NO, data, LOGIN], Other),
    ] {
        assert_eq!(heard(Protocol::SMTP, events), expected, "{events:?}");
    }
}

#[test]
fn a_gap_in_a_chunk_ends_where_the_chunk_ends() {
    let chunk = Says(b"BDAT 42\r\n");
    for (events, expected) in [
        (&[chunk, LOGIN, LOGIN, LOGIN][..], Other),
        (&[chunk, LOGIN, LOGIN, LOGIN, LOGIN], LogsIn),
        (&[chunk, Loses(14), LOGIN, LOGIN], Other),
        (&[chunk, Loses(14), LOGIN, LOGIN, LOGIN], LogsIn),
        (&[chunk, Loses(28), LOGIN], Other),
        (&[chunk, Loses(42), LOGIN], LogsIn),
        (&[chunk, Loses(43), LOGIN], Other),
        (&[chunk, Loses(43), OK, LOGIN], LogsIn),
        (&[chunk, Says(b"x"), Loses(41), LOGIN], LogsIn),
        (&[chunk, Says(b"x"), Loses(40), LOGIN], Other),
    ] {
        assert_eq!(heard(Protocol::SMTP, events), expected, "{events:?}");
    }
}

#[test]
fn a_record_of_tls_may_begin_a_segment_behind_a_gap() {
    let hello = Says(b"\x16\x03\x01\x02\x00\x01");
    for protocol in [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP] {
        assert_eq!(heard(protocol, &[Loses(9), hello]), Said::Record);
        assert_eq!(heard(protocol, &[Says(b"x \x16\x03\x01\n")]), Other, "within a segment");
    }
    assert_eq!(heard(Protocol::SMTP, &[Says(b"DATA\r\n"), GO, hello]), Other, "within a text");
    assert_eq!(heard(Protocol::SMTP, &[Says(b"BDAT 9\r\n"), hello]), Other, "within a chunk");
}
