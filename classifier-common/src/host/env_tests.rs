// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;
use crate::{control::SEGMENT_MAX, host::HostTables};

const CLIENT: [u8; 4] = [192, 0, 2, 1];
const SERVER: [u8; 4] = [192, 0, 2, 2];
const SECOND: u64 = 1_000_000_000;
const PAYLOAD: u32 = 10;

fn key(client_port: u16) -> SessionKey {
    let (client, server) = (Address::v4(CLIENT), Address::v4(SERVER));
    SessionKey { client, server, client_port, server_port: 21, reserved: 0 }
}

fn segment(length: u32) -> Segment {
    Segment { key: key(40_000), now: 7, length, payload: PAYLOAD, ..Segment::default() }
}

/// Runs a test in the environment of a frame whose payload begins at [`PAYLOAD`].
fn with_payload<R>(payload: &[u8], control_rate: u64, test: impl FnOnce(&HostEnv<'_>) -> R) -> R {
    let config = TrackingConfig { control_rate, ..TrackingConfig::default() };
    let (tracking, tables) = (HostTracking::new(config), HostTables::default());
    let frame = [&[b'h'; PAYLOAD as usize][..], payload].concat();
    test(&HostEnv { tracking: &tracking, tables: &tables, frame: &frame })
}

#[test]
fn four_bytes_of_the_payload_are_read_and_none_behind_it() {
    // Padding of the frame is no payload.
    with_payload(b"abcdef\0\0\0\0\0\0", 1, |env| {
        for (from, expected) in [(0, *b"abcd"), (1, *b"bcde"), (2, *b"cdef"), (3, [0; 4]), (u32::MAX, [0; 4])]
        {
            assert_eq!(env.beginning(&segment(6), from), expected, "{from}");
        }
        assert_eq!(env.beginning(&segment(3), 0), [0; 4]);
        assert_eq!(env.beginning(&segment(4), 0), *b"abcd");
        assert_eq!(env.beginning(&segment(100), 9), [0; 4], "the frame is cut");
    });
}

#[test]
fn a_payload_ends_a_line_with_its_last_byte() {
    with_payload(b"a\nb\n\n", 1, |env| {
        for (length, expected) in [(0, false), (1, false), (2, true), (3, false), (4, true), (9, false)] {
            assert_eq!(env.ends_line(&segment(length)), expected, "{length}");
        }
    });
}

#[test]
fn text_is_visible_letters_and_blanks_up_to_a_line_feed() {
    for (payload, expected) in [
        (&b"PASV\r\n"[..], true),
        (b"a \t~!\r\n", true),
        (b"\n", true),
        (b"", false),
        (b"PASV", false),
        (b"PASV\r", false),
        (b"PA\0SV\r\n", false),
        (b"PA\x7fSV\r\n", false),
        (b"PA\x80SV\r\n", false),
        (b"\x17PASV\r\n", false),
    ] {
        let length = u32::try_from(payload.len()).expect("a short text");
        with_payload(payload, 1, |env| {
            assert_eq!(env.is_text(&segment(length), 0), expected, "{}", payload.escape_ascii());
        });
        with_payload(&[b"\x17\x03", payload].concat(), 1, |env| {
            assert_eq!(env.is_text(&segment(length + 2), 2), expected, "{}", payload.escape_ascii());
            assert!(!env.is_text(&segment(length + 2), 0), "{}", payload.escape_ascii());
        });
    }
}

#[test]
fn the_payload_of_a_forwarded_segment_is_an_event() {
    for (length, forwarded) in [(5, 5), (SEGMENT_MAX, SEGMENT_MAX), (SEGMENT_MAX + 1, SEGMENT_MAX)] {
        let payload: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        with_payload(&payload, 1, |env| {
            let length = u32::try_from(length).expect("a short one");
            assert!(env.forward(&segment(length), &Session { id: 9, ..Session::default() }));
            let [Event::Segment { session: 9, segment, bytes }] = &env.tracking.take_events()[..] else {
                panic!("{length}")
            };
            assert_eq!((segment.length, &bytes[..]), (length, &payload[..forwarded]));
            assert_eq!(env.tracking.tally(Tally::Segments), 1);
            assert!(env.tracking.take_events().is_empty(), "taken");
        });
    }
}

#[test]
fn each_sender_forwards_as_many_segments_a_second_as_are_configured() {
    with_payload(b"abc", 2, |env| {
        let forward = |side: ControlSide, now| {
            env.forward(&Segment { now, side: side as u8, ..segment(3) }, &Session::default())
        };
        let (client, server) = (ControlSide::Client, ControlSide::Server);
        assert_eq!([0, 1, SECOND - 1].map(|now| forward(client, now)), [true, true, false]);
        assert_eq!([5, 6, 7].map(|now| forward(server, now)), [true, true, false]);
        assert_eq!([SECOND, 2 * SECOND - 1, SECOND].map(|now| forward(client, now)), [true, true, false]);
        assert_eq!(env.tracking.tally(Tally::RejectedRateLimited), 3);
        assert_eq!(env.tracking.tally(Tally::Segments), 6);
    });
}

#[test]
fn a_claim_of_one_kind_leaves_the_others_free() {
    with_payload(b"", 1, |env| {
        let mut session = Session::default();
        let sides = [ControlSide::Client, ControlSide::Server];
        for (side, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            assert!(env.claim(&mut session, side) && !env.claim(&mut session, side));
            assert!(env.claim(&mut session, other));
            env.release(&mut session, side);
            assert!(
                !env.claim(&mut session, other) && env.claim(&mut session, side),
                "the other stays claimed"
            );
            for side in sides {
                env.release(&mut session, side);
            }
        }
        assert_eq!(session.busy, 0);
        assert!(!env.release_account(&mut session));
        assert!(env.claim_account(&mut session) && !env.claim_account(&mut session));
        assert!(sides.into_iter().all(|side| env.claim(&mut session, side)));
        assert!(env.claim_end(&mut session));
        for side in sides {
            env.release(&mut session, side);
        }
        assert!(!env.claim_account(&mut session), "it stays claimed");
        assert!(env.release_account(&mut session) && !env.release_account(&mut session));
        assert_eq!(session.busy, 1 << 2, "the end stays claimed");
        assert!(env.claim_account(&mut session));
        session.flags = Flags::from_bits(1 << 3);
        assert!(!env.claim_end(&mut session), "it has ended");
    });
}

#[test]
fn a_pair_of_hosts_is_encrypted_as_long_as_one_of_its_sessions_is() {
    with_payload(b"", 1, |env| {
        let [client, server] = [CLIENT, SERVER].map(Address::v4);
        let encrypted = || (env.has_encrypted(client, server), env.config().encrypted);
        assert_eq!(encrypted(), (false, 0));
        assert!(env.join_pair(&key(1)) && env.join_pair(&key(2)));
        assert_eq!(encrypted(), (true, 2));
        assert!(!env.has_encrypted(server, client));
        env.leave_pair(&key(1));
        assert_eq!(encrypted(), (true, 1));
        env.leave_pair(&key(2));
        assert_eq!(encrypted(), (false, 0));
        env.leave_pair(&key(2));
        assert_eq!(encrypted(), (false, 0), "none is left to leave");
        assert!(env.join_pair(&key(3)));
        assert_eq!(encrypted(), (true, 1));
    });
}

#[test]
fn a_session_begins_with_the_numbers_of_its_segment_and_an_identifier_of_its_own() {
    with_payload(b"", 1, |env| {
        let begin = |port| env.begin(&Segment { key: key(port), ..segment(0) }, [100, 200], 1 << 7);
        assert!(begin(1) && begin(2) && begin(1), "one again");
        let sessions = [1, 2].map(|port| env.tracking.session(&key(port)).expect("a session"));
        assert_eq!(sessions.map(|session| session.id), [3, 2]);
        for session in sessions {
            assert_eq!((session.since, session.last), (7, 7));
            assert_eq!(session.streams, [100, 200].map(Stream::from));
            assert_eq!(session.flags, Flags::from_bits(1 << 7));
        }
        let mut keys: Vec<_> =
            env.tracking.sessions().into_iter().map(|(key, session)| (key, session.id)).collect();
        keys.sort_unstable();
        assert_eq!(keys, [(key(1), 3), (key(2), 2)]);
        assert!(!env.tracking.remove_session(&key(2), 3), "another session of the ports");
        assert!(!env.tracking.remove_session(&key(3), 3), "an unknown one");
        assert!(env.tracking.remove_session(&key(2), 2) && !env.tracking.remove_session(&key(2), 2));
        assert_eq!(env.tracking.session(&key(2)), None);
        assert!(env.tracking.session(&key(1)).is_some());
    });
}

#[test]
fn a_full_table_begins_sessions_of_known_ports_alone() {
    with_payload(b"", 1, |env| {
        let at = |number: usize| {
            let port = u16::try_from(number & 0xffff).expect("a port");
            let mut key = key(port);
            key.server_port = u16::try_from(number >> 16).expect("few");
            Segment { key, ..segment(0) }
        };
        assert!((0..SESSIONS).all(|number| env.begin(&at(number), [0, 0], 0)));
        assert!(!env.begin(&at(SESSIONS), [0, 0], 0));
        assert!(env.begin(&at(0), [0, 0], 0) && env.begin(&at(SESSIONS - 1), [0, 0], 0));
        env.full(&at(SESSIONS));
        let [Event::Full(key)] = env.tracking.take_events()[..] else { panic!("no event") };
        assert_eq!(key, at(SESSIONS).key);
    });
}

#[test]
fn a_candidate_is_kept_until_it_is_dropped() {
    with_payload(b"", 1, |env| {
        let embryonic = Embryonic { next: 5, acknowledged: 6, ..Embryonic::default() };
        assert_eq!(env.embryonic(&key(1)), None);
        env.keep_embryonic(&key(1), &embryonic);
        assert_eq!((env.embryonic(&key(1)), env.embryonic(&key(2))), (Some(embryonic), None));
        env.drop_embryonic(&key(1));
        assert_eq!(env.embryonic(&key(1)), None);
    });
}

#[test]
fn counters_add_and_clocks_advance() {
    with_payload(b"", 1, |env| {
        env.tally(Tally::UnseenBytes, 3);
        env.tally(Tally::UnseenBytes, 4);
        env.tally(Tally::Segments, 2);
        assert_eq!(env.tracking.tally(Tally::UnseenBytes), 7);
        let mut expected = [0; crate::control::TALLIES];
        (expected[Tally::UnseenBytes as usize], expected[Tally::Segments as usize]) = (7, 2);
        assert_eq!(env.tracking.tallies(), expected);
        env.tracking.agent(env.tables, 50);
        env.tracking.agent(env.tables, 40);
        assert_eq!(env.now(), 50, "never back");
        let bucket = env.endpoints(0).expect("a bucket");
        let readings = [0; 3].map(|_| crate::endpoint::EndpointBucket::now(&bucket));
        assert_eq!(readings, [51, 52, 53], "each reading is later");
    });
}
