// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests of PROXY headers, chunks and literals. If the end of one is found too early or too late, a login is
//! invented or missed.

use super::{
    Said::{self, LogsIn, Other},
    tests::{REPLIES, SAYS, Session, Turn, said},
};
use crate::protocol::Protocol;

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

fn proxy(signature: &[u8], version: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short header").to_be_bytes();
    [signature, &[version, 0x11], &length, content].concat()
}

#[test]
fn the_content_of_a_proxy_header_is_as_long_as_it_says() {
    for length in [0, 1, 8, 255, 256, 300, 0x1234] {
        let mut content = b"PASS x\r\n".repeat(length / 8 + 1);
        content.truncate(length);
        for version in [0x20, 0x21, 0x2f] {
            let header = proxy(SIGNATURE, version, &content);
            let then = |line: &[u8]| said(Protocol::POP3, &[&header[..], line].concat());
            assert_eq!(then(b"PASS x\r\n"), LogsIn, "{length}");
            assert_eq!(then(b"STAT\r\n"), Other, "{length}");
            assert_eq!(then(b"xPASS x\r\n"), Other, "{length}");
        }
    }
}

#[test]
fn another_first_byte_of_a_proxy_header_makes_it_lines() {
    let lines = b"\nPASS x\r\n";
    for place in 1..SIGNATURE.len() {
        let mut other = *SIGNATURE;
        other[place] = b'z';
        assert_eq!(said(Protocol::POP3, &proxy(&other, 0x21, lines)), LogsIn, "place {place}");
    }
    assert_eq!(said(Protocol::POP3, &proxy(SIGNATURE, 0x11, lines)), LogsIn, "version 1");
    assert_eq!(said(Protocol::POP3, &proxy(SIGNATURE, 0x21, lines)), Said::Nothing);
}

#[test]
fn empty_lines_before_the_first_command_are_no_proxy_header() {
    for (text, expected) in [
        (&b"\r\nPASS x\r\n"[..], LogsIn),
        (b"\r\n\r\nPASS x\r\n", LogsIn),
        (b"\n\nPASS x\r\n", LogsIn),
        (b"\rPASS x\r\n", Said::Nothing),
        (b"\r\n\rPASS x\r\n", Said::Nothing),
        (b"STAT\r\n\r\n\r\n\0\r\nPASS x\r\n", LogsIn),
        (b"PROXY TCP4 1 2 3 4\r\nPASS x\r\n", LogsIn),
        (b"STAT\r\nPROXY PASS x\r\n", Other),
    ] {
        assert_eq!(said(Protocol::POP3, text), expected, "{}", text.escape_ascii());
    }
}

#[test]
fn a_chunk_is_as_long_as_its_line_says() {
    for (line, expected) in [
        ("BDAT 14\r\n", Other),
        ("BDAT   14\r\n", Other),
        ("BDAT 014 LAST\r\n", Other),
        ("BDAT 14 9\r\n", Other),
        ("BDAT 14\n", Other),
        ("bdat 14x0\r\n", Other),
        ("BDAT 13\r\n", Other),
        ("BDAT 0\r\n", LogsIn),
        ("BDAT 0 LAST\r\n", LogsIn),
        ("BDAT x\r\n", LogsIn),
        ("BDAT\r\n", LogsIn),
    ] {
        assert_eq!(
            said(Protocol::SMTP, [line, "AUTH PLAIN x\r\n"].concat().as_bytes()),
            expected,
            "{line:?}"
        );
        let login = [line, "AUTH PLAIN x\r\nAUTH PLAIN y\r\n"].concat();
        assert_eq!(said(Protocol::SMTP, login.as_bytes()), LogsIn, "behind it: {line:?}");
    }
}

#[test]
fn a_chunk_of_two_gibibytes_is_waited_for_by_the_server_s_reply() {
    for (line, expected) in [("BDAT 2147483647\r\n", Other), ("BDAT 2147483648\r\n", LogsIn)] {
        let turns: [Turn<'_>; 3] =
            [(SAYS, line.as_bytes()), (REPLIES, b"552 too much\r\n"), (SAYS, b"AUTH PLAIN x\r\n")];
        assert_eq!(Session::new(Protocol::SMTP).turns(&turns, 100), expected, "{line}");
        assert_eq!(Session::new(Protocol::SMTP).turns(&[turns[0], turns[2]], 100), Other, "{line}");
    }
}

#[test]
fn a_literal_ends_its_line_and_is_a_number_in_braces() {
    for (end, expected) in [
        ("{13}\r\n", Other),
        ("{13+}\r\n", Other),
        ("{13}\n", Other),
        ("{013}\r\n", Other),
        ("{0}\r\n", Other),
        ("{}\r\n", Other),
        ("{2147483647}\r\n", Other),
        ("{4294967309}\r\n", Other),
        ("x\r\n", LogsIn),
        ("{13} \r\n", LogsIn),
        ("{13x}\r\n", LogsIn),
        ("{13}}\r\n", LogsIn),
        ("{13}0\r\n", LogsIn),
        ("{13}+\r\n", LogsIn),
        ("{13\r}\r\n", LogsIn),
        ("{13\n", LogsIn),
        ("13}\r\n", LogsIn),
    ] {
        let text = ["a ID ", end, "a LOGIN x y\r\n"].concat();
        assert_eq!(said(Protocol::IMAP, text.as_bytes()), expected, "{end:?}");
    }
    assert_eq!(said(Protocol::POP3, b"LIST {13}\r\nPASS x\r\n"), LogsIn, "IMAP alone has literals");
}

#[test]
fn a_line_continues_behind_a_literal() {
    for (text, expected) in [
        ("a ID {2}\r\nxya LOGIN x y\r\n", Other),
        ("a ID {2}\r\nxy\r\na LOGIN x y\r\n", LogsIn),
        ("a ID {2}\r\nxy {13}\r\na LOGIN x y\r\n\r\n", Other),
        ("a ID {2147483648}\r\nb LOGIN x y\r\nc NOOP\r\n", Other),
        ("a ID {2147483648}\r\n\r\nb LOGIN x y\r\n", LogsIn),
        ("a ID {2147483647}\r\n\r\nb LOGIN x y\r\n", Other),
    ] {
        assert_eq!(said(Protocol::IMAP, text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn a_refused_literal_is_not_sent_unless_the_client_did_not_ask() {
    let login = (SAYS, &b"a LOGIN x y\r\n"[..]);
    let (no, go): (Turn<'_>, Turn<'_>) = ((REPLIES, b"a BAD no\r\n"), (REPLIES, b"+ go\r\n"));
    for (turns, expected) in [
        (vec![(SAYS, &b"a ID {13}\r\n"[..]), no, login], LogsIn),
        (vec![(SAYS, b"a ID {13}\r\n"), go, login], Other),
        (vec![(SAYS, b"a ID {13}\r\n"), login], Other),
        (vec![(SAYS, b"a ID {13+}\r\n"), no, login], Other),
        (vec![(SAYS, b"a ID {2+}\r\nxy {13}\r\n"), no, login], LogsIn),
        (vec![(SAYS, b"a ID {15}\r\n"), go, (SAYS, b"xy"), no, login], Other),
    ] {
        assert_eq!(Session::new(Protocol::IMAP).turns(&turns, 100), expected, "{turns:?}");
    }
}
