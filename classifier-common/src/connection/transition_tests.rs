// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;
use crate::{packet::Direction, protocol::Protocol, session::Spoken, table::MemoryBucket};

const SECOND: u64 = 1_000_000_000;
/// Number of the SYN.
const NUMBER: u32 = 100;
/// Bytes that the client has sent behind it.
const SENT: u32 = 10;

/// Returns the state and the ending after an event of an entry in this state.
fn after(state: ConnState, event: ConnEvent) -> (usize, usize) {
    let bucket: MemoryBucket<Connection, WAYS> = MemoryBucket::default();
    let word = PackedConnection::pending(NUMBER, Protocol::SMTP, Direction::Ingress, 7).in_state(state);
    bucket.fill(0, Connection { sent: SENT, since: SECOND, ..Connection::default() }, word);
    let decided = decide(&bucket, 0, word, &event);
    (decided % WAYS, decided / WAYS)
}

fn numbers((state, ending): (ConnState, Ending)) -> (usize, usize) {
    (state as usize, ending as usize)
}

/// An answer of this kind, with these flags, that acknowledges as many bytes behind the SYN, after a time.
fn answer_of(kind: ConnEventKind, flags: u8, behind: i32, after: u64) -> ConnEvent {
    ConnEvent {
        kind,
        number: NUMBER.wrapping_add_signed(behind),
        now: SECOND + after,
        speaks: Protocol::SMTP,
        sought: Sought::Unanswered,
        spoken: Spoken { flags, ..Spoken::default() },
        ..ConnEvent::default()
    }
}

#[test]
fn an_answer_counts_if_it_acknowledges_the_syn_or_its_data() {
    let cases = [
        (ConnEventKind::SynAck, flag::SYN | flag::ACK, (ConnState::Quiet, Ending::Established)),
        (ConnEventKind::Reset, flag::RST | flag::ACK, (ConnState::Finished, Ending::Refused)),
    ];
    for (kind, flags, expected) in cases {
        for behind in [-1, 0, 1, 10, 11] {
            let counts = (0..=10).contains(&behind);
            let found = after(ConnState::Pending, answer_of(kind, flags, behind, 1));
            assert_eq!(found, numbers(if counts { expected } else { NOTHING }), "{kind:?}, {behind} bytes");
            let without = answer_of(kind, flags & !flag::ACK, behind, 1);
            assert_eq!(after(ConnState::Pending, without), numbers(NOTHING), "without ACK");
        }
    }
    for behind in [-1, 0, 1] {
        let expected = if behind == 0 { (ConnState::Finished, Ending::Rejected) } else { NOTHING };
        let error = answer_of(ConnEventKind::Rejected, 0, behind, 1);
        assert_eq!(after(ConnState::Pending, error), numbers(expected), "an error quotes the SYN itself");
    }
}

#[test]
fn an_answer_after_the_time_limit_is_none_and_the_session_is_not_followed() {
    let syn_ack = |after| answer_of(ConnEventKind::SynAck, flag::SYN | flag::ACK, 0, after);
    let late = after(ConnState::Pending, syn_ack(10 * SECOND));
    assert_eq!(late, numbers((ConnState::Finished, Ending::Unanswered)));
    let last = after(ConnState::Pending, syn_ack(10 * SECOND - 1));
    assert_eq!(last, numbers((ConnState::Quiet, Ending::Established)));
    let other = ConnEvent { speaks: Protocol::TCP_OTHER, ..syn_ack(1) };
    assert_eq!(after(ConnState::Pending, other), numbers((ConnState::Finished, Ending::Established)));
}

/// Another CPU may change an entry after it was found.
#[test]
fn an_entry_that_is_no_longer_in_a_sought_state_is_not_changed() {
    for state in [ConnState::Free, ConnState::Finished, ConnState::Quiet, ConnState::Claimed] {
        let event = answer_of(ConnEventKind::SynAck, flag::SYN | flag::ACK, 0, 1);
        assert_eq!(after(state, event), numbers(NOTHING), "{state:?}");
    }
    for state in [ConnState::Free, ConnState::Finished, ConnState::Pending, ConnState::Claimed] {
        assert_eq!(
            after(state, of_session(ConnEventKind::Ended, Said::Nothing)),
            numbers(NOTHING),
            "{state:?}"
        );
    }
    let sought = ConnEvent { sought: Sought::Any, ..of_session(ConnEventKind::Ended, Said::Nothing) };
    assert_eq!(after(ConnState::Quiet, sought), numbers(NOTHING));
}

fn of_session(kind: ConnEventKind, said: Said) -> ConnEvent {
    ConnEvent {
        kind,
        said,
        number: NUMBER + SENT,
        sought: Sought::Followed,
        answered: NUMBER,
        spoken: Spoken { flags: flag::ACK, ..Spoken::default() },
        ..ConnEvent::default()
    }
}

#[test]
fn a_session_moves_by_what_its_client_says() {
    use ConnEventKind::{Replied, Spoken};
    use ConnState::{Asked, Finished, Quiet, Talking};
    for state in [Quiet, Talking, Asked] {
        let cases = [
            (Spoken, Said::Nothing, (state, Ending::Nothing)),
            (Spoken, Said::Other, (if state == Quiet { Talking } else { state }, Ending::Nothing)),
            (Spoken, Said::AsksForTls, (Asked, Ending::Nothing)),
            (Spoken, Said::Record, (Finished, Ending::Upgraded)),
            (Spoken, Said::LogsIn, (Finished, Ending::ClearLogin)),
            (Replied, Said::Nothing, (state, Ending::Nothing)),
            (Replied, Said::Other, (state, Ending::Nothing)),
            (Replied, Said::AsksForTls, (state, Ending::Nothing)),
            (ConnEventKind::Ended, Said::Other, (Finished, Ending::Neither)),
            (ConnEventKind::Ended, Said::AsksForTls, (Finished, Ending::Neither)),
            (ConnEventKind::Ended, Said::LogsIn, (Finished, Ending::ClearLogin)),
        ];
        for (kind, said, expected) in cases {
            let found = after(state, of_session(kind, said));
            assert_eq!(found, numbers(expected), "{state:?}, {kind:?}, {said:?}");
        }
    }
}

/// Whoever does not see the connection guesses its numbers.
#[test]
fn the_end_of_a_session_is_near_its_known_numbers() {
    for kind in [ConnEventKind::Ended, ConnEventKind::Reset] {
        for (distance, is_near) in [(0, true), (1 << 20, true), ((1 << 20) + 1, false), (1 << 31, false)] {
            for number in
                [NUMBER.wrapping_add(SENT).wrapping_add(distance), (NUMBER + SENT).wrapping_sub(distance)]
            {
                let event = ConnEvent { number, ..of_session(kind, Said::Nothing) };
                let expected = if is_near { (ConnState::Finished, Ending::Neither) } else { NOTHING };
                assert_eq!(after(ConnState::Talking, event), numbers(expected), "{kind:?}, {distance}");
            }
        }
    }
    let flags = flag::RST;
    let spoken = Spoken { flags, ..Spoken::default() };
    let reset = ConnEvent { spoken, ..of_session(ConnEventKind::Reset, Said::Nothing) };
    assert_eq!(after(ConnState::Quiet, reset), numbers(NOTHING), "without ACK it acknowledges nothing");
    let own = ConnEvent { spoken, ..of_session(ConnEventKind::Ended, Said::Nothing) };
    assert_eq!(after(ConnState::Quiet, own), numbers((ConnState::Finished, Ending::Neither)));
}

#[test]
fn a_handshake_ends_the_session_before_it_but_not_its_own() {
    let handshake = of_session(ConnEventKind::SynAck, Said::Nothing);
    assert_eq!(after(ConnState::Quiet, handshake), numbers(NOTHING));
    let other = ConnEvent { answered: NUMBER + 1, ..handshake };
    assert_eq!(after(ConnState::Quiet, other), numbers((ConnState::Finished, Ending::Neither)));
}
