// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;

const ACK: u8 = flag::ACK;
const SYN_ACK: u8 = flag::SYN | flag::ACK;
const SIDES: [ControlSide; 2] = [ControlSide::Client, ControlSide::Server];

/// Numbers of both sides, far from each other: the next of the client and of the server, and the acknowledged ones.
const NEXT: [u32; 2] = [10 << 20, u32::MAX - 5];
const ACKNOWLEDGED: [u32; 2] = [60 << 20, 90 << 20];

fn session() -> Session {
    let stream = |side: usize| Stream { acknowledged: ACKNOWLEDGED[side], ..Stream::from(NEXT[side]) };
    Session { streams: [stream(0), stream(1)], ..Session::default() }
}

/// Returns a segment of one side whose numbers differ by so much from those that are expected.
fn segment(side: ControlSide, flags: u8, [sequence, acknowledgment]: [u32; 2]) -> Segment {
    Segment {
        sequence: NEXT[side as usize].wrapping_add(sequence),
        acknowledgment: ACKNOWLEDGED[side.other() as usize].wrapping_add(acknowledgment),
        side: side as u8,
        flags,
        ..Segment::default()
    }
}

#[test]
fn numbers_up_to_a_mebibyte_away_are_near() {
    const OFFSETS: [(u32, bool); 8] = [
        (0, true),
        (1 << 20, true),
        ((1_u32 << 20).wrapping_neg(), true),
        ((1 << 20) + 1, false),
        (((1_u32 << 20) + 1).wrapping_neg(), false),
        (1 << 31, false),
        (50 << 20, false),
        (30 << 20, false),
    ];
    for side in SIDES {
        for (sequence, mine) in OFFSETS {
            for (acknowledgment, theirs) in OFFSETS {
                let numbers = [sequence, acknowledgment];
                let near = |flags| session().is_near(&segment(side, flags, numbers));
                assert_eq!(near(ACK), mine && theirs, "{side:?} {numbers:?}");
                assert_eq!(near(ACK | flag::RST), mine && theirs, "{side:?} {numbers:?}");
                assert_eq!(near(flag::RST), mine, "a reset without an acknowledgment: {side:?} {numbers:?}");
                assert!(!near(flag::PSH) && !near(0), "no acknowledgment: {side:?} {numbers:?}");
                assert!(!near(flag::SYN) && !near(SYN_ACK), "another connection: {side:?} {numbers:?}");
            }
        }
    }
}

#[test]
fn a_session_has_near_segments_until_it_ends_or_another_connection_begins() {
    let (own, far) =
        (segment(ControlSide::Client, ACK, [0, 0]), segment(ControlSide::Client, ACK, [1 << 30, 0]));
    assert!(session().has(&own) && !session().has(&far));
    for flag in [ENDED, HANDSHAKE] {
        let mut session = session();
        session.flags.set(flag, true);
        assert!(!session.has(&own), "{flag:?}");
        session.flags.set(flag, false);
        assert!(session.has(&own), "{flag:?}");
    }
}

#[test]
fn only_a_syn_ack_with_numbers_further_on_begins_another_connection() {
    // A SYN-ACK acknowledges the client's first number; its own is one before the server's first.
    let succeeds = |side, flags, [client, server]: [u32; 2]| {
        let segment = Segment {
            sequence: NEXT[1].wrapping_sub(1).wrapping_add(server),
            acknowledgment: NEXT[0].wrapping_add(client),
            ..segment(side, flags, [0, 0])
        };
        session().is_succeeded_by(&segment)
    };
    let back = |distance: u32| distance.wrapping_neg();
    for (numbers, expected) in [
        ([0, 0], false),
        ([back(0xffff), back(0xffff)], false),
        ([1, 0], true),
        ([0, 1], true),
        ([back(0x1_0000), 0], true),
        ([0, back(0x1_0000)], true),
        ([1 << 30, 1 << 30], true),
    ] {
        assert_eq!(succeeds(ControlSide::Server, SYN_ACK, numbers), expected, "{numbers:?}");
        assert!(!succeeds(ControlSide::Client, SYN_ACK, numbers), "of the client: {numbers:?}");
        assert!(!succeeds(ControlSide::Server, flag::SYN, numbers), "no ACK: {numbers:?}");
        assert!(!succeeds(ControlSide::Server, ACK, numbers), "no SYN: {numbers:?}");
    }
}

#[test]
fn data_in_a_syn_ack_counts_for_its_numbers() {
    let syn_ack = Segment {
        sequence: NEXT[1].wrapping_sub(11),
        acknowledgment: NEXT[0],
        length: 10,
        ..segment(ControlSide::Server, SYN_ACK, [0, 0])
    };
    assert!(!session().is_succeeded_by(&syn_ack));
    assert!(session().is_succeeded_by(&Segment { length: 11, ..syn_ack }));
}

#[test]
fn each_bit_of_a_new_session_sets_its_flag_alone() {
    let flags = [
        UNSURE,
        GREETING,
        HANDSHAKE,
        ENDED,
        ACCOUNTED,
        FINISHED.of(ControlSide::Client),
        FINISHED.of(ControlSide::Server),
        SEEN.of(ControlSide::Client),
        SEEN.of(ControlSide::Server),
        AHEAD_WHOLE.of(ControlSide::Client),
        AHEAD_WHOLE.of(ControlSide::Server),
        CUT.of(ControlSide::Client),
        CUT.of(ControlSide::Server),
        ENCRYPTED.of(ControlSide::Client),
        ENCRYPTED.of(ControlSide::Server),
        PAIRED,
    ];
    for set in flags {
        let mut session = Session { flags: Flags::from_bits(set.bit()), ..Session::default() };
        assert_eq!(flags.map(|flag| session.is(flag)), flags.map(|flag| flag == set), "{set:?}");
        assert_eq!((session.is_paired(), session.has_ended()), (set == PAIRED, set == ENDED), "{set:?}");
        session.flags.set(set, false);
        assert_eq!(session.flags, Flags::default(), "{set:?}");
    }
}

#[test]
fn a_session_is_encrypted_if_both_sides_are_and_one_way_if_one_was_not_seen() {
    for [client, server] in [[false, false], [false, true], [true, false], [true, true]] {
        let mut session = Session::default();
        session.flags.set(ENCRYPTED.of(ControlSide::Client), client);
        session.flags.set(ENCRYPTED.of(ControlSide::Server), server);
        assert_eq!(session.is_encrypted(), client && server);
        assert_eq!(session.control(), if client && server { "encrypted" } else { "clear" });
        assert_eq!(SIDES.map(|side| session.is_hidden(side)), [client, server]);
        let mut session = Session::default();
        session.flags.set(SEEN.of(ControlSide::Client), client);
        session.flags.set(SEEN.of(ControlSide::Server), server);
        assert_eq!(session.is_one_way(), !client || !server);
    }
}

#[test]
fn unread_bytes_restart_the_grammar_of_their_side_alone() {
    for whole in [false, true] {
        let mut begun = Session::default();
        begun.commands.push(b'P');
        begun.replies.push(b'2');
        let (commands, replies) = if whole {
            (Commands::new(), Replies::new())
        } else {
            (Commands::mid_line(), Replies::mid_line())
        };
        let mut of_client = begun;
        of_client.lose_line(ControlSide::Client, whole);
        assert_eq!((of_client.commands, of_client.replies), (commands, begun.replies));
        let mut of_server = begun;
        of_server.lose_line(ControlSide::Server, whole);
        assert_eq!((of_server.commands, of_server.replies), (begun.commands, replies));
    }
}

#[test]
fn unread_bytes_leave_open_what_was_asked_and_what_was_answered() {
    for (asked, side, unsure, remaining) in [
        (Asked::Other, ControlSide::Client, true, Asked::Other),
        (Asked::Passive, ControlSide::Client, true, Asked::Passive),
        (Asked::Other, ControlSide::Server, false, Asked::Nothing),
        (Asked::Active, ControlSide::Server, false, Asked::Nothing),
        (Asked::Passive, ControlSide::Server, true, Asked::Nothing),
    ] {
        let mut session = Session::default();
        assert!(session.pending.push(asked));
        session.lose_line(side, true);
        assert_eq!(session.is(UNSURE), unsure, "{asked:?} {side:?}");
        assert_eq!(session.pending.oldest(), remaining, "{asked:?} {side:?}");
    }
}
