// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;
use crate::session::tests::{REPLIES, SAYS, Session};

fn spoken(of_client: bool, sequence: u32, length: u32) -> Spoken {
    Spoken {
        sequence,
        acknowledgment: 50 << 20,
        length,
        flags: 0x18,
        of_client: of_client.into(),
        ..Spoken::default()
    }
}

/// Returns a session at these numbers of client and server, with so many bytes of the given side read.
fn after(of_client: bool, count: usize) -> Listener {
    let mut listener = Listener::new(1000, 30 << 20);
    let first = if of_client { 1000 } else { 30 << 20 };
    let spoken = spoken(of_client, first, u32::try_from(count).expect("few"));
    assert_eq!(listener.accept(Protocol::POP3, &spoken), Unread::From(0));
    (0..count).for_each(|_| _ = listener.push(Protocol::POP3, of_client, b'x'));
    listener
}

#[test]
fn inspected_segments_of_the_client_are_counted() {
    let mut session = Session::new(Protocol::POP3);
    for (of_client, expected) in [(REPLIES, 0), (SAYS, 1), (SAYS, 2), (REPLIES, 2), (SAYS, 3)] {
        session.segment(of_client, 0x18, b"x\r\n");
        assert_eq!(session.listener.inspected(), expected);
    }
}

/// Numbers are near the next one, and near the one that the other side has acknowledged: the first.
#[test]
fn a_segment_is_read_from_its_first_unknown_byte() {
    const MEBIBYTE: u32 = 1 << 20;
    for (of_client, next) in [(true, 1010_u32), (false, (30 << 20) + 10)] {
        for (offset, length, expected) in [
            (0, 5, Unread::From(0)),
            (-10, 10, Unread::Known),
            (-10, 11, Unread::From(10)),
            (-1, 1, Unread::Known),
            (-1, 2, Unread::From(1)),
            (1, 5, Unread::From(0)),
            (1 << 20, 5, Unread::From(0)),
            ((1 << 20) + 1, 5, Unread::Stray),
            (-(1 << 20) - 10, 5, Unread::Known),
            (-(1 << 20) - 11, 5, Unread::Stray),
        ] {
            let sequence = next.wrapping_add_signed(offset);
            let found = after(of_client, 10).accept(Protocol::POP3, &spoken(of_client, sequence, length));
            assert_eq!(found, expected, "client: {of_client}, {length} bytes from {offset}");
        }
        let mut unknown = Listener::default();
        assert_eq!(unknown.accept(Protocol::POP3, &spoken(of_client, next, 5)), Unread::From(0), "the first");
        let far = spoken(of_client, next.wrapping_add(2 * MEBIBYTE), 5);
        assert_eq!(unknown.accept(Protocol::POP3, &far), Unread::Stray, "behind the first");
    }
}

#[test]
fn numbers_that_the_other_side_has_acknowledged_are_near() {
    for (of_client, far) in [(true, 80 << 20), (false, 80 << 20)] {
        let mut listener = after(of_client, 10);
        assert_eq!(listener.accept(Protocol::POP3, &spoken(of_client, far, 5)), Unread::Stray);
        let first = if of_client { 30 << 20 } else { 1000 };
        let other = Spoken { acknowledgment: far, ..spoken(!of_client, first, 5) };
        assert_eq!(listener.accept(Protocol::POP3, &other), Unread::From(0));
        assert_eq!(listener.accept(Protocol::POP3, &spoken(of_client, far, 5)), Unread::From(0));
    }
}

#[test]
fn the_end_of_a_long_chunk_is_near() {
    for (stage, expected) in [(Stage::Skip, Unread::From(2)), (Stage::Rest, Unread::Stray)] {
        let mut listener = Listener::new(1000, 7000);
        (listener.stage, listener.until) = (stage, 40 << 20);
        assert_eq!(listener.accept(Protocol::SMTP, &spoken(true, (40 << 20) - 2, 5)), expected, "{stage:?}");
    }
}
