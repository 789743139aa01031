// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Events about bytes that could not be read in order, which let the agent read them.

use classifier_common::{
    control::{Session, TrackingConfig},
    fixtures::layers::{ethernet, ipv4_with, numbered},
    ftp::ReplyPort,
    host::{Event, HostTables, HostTracking},
    packet::{Frame, Link},
};

const CLIENT: u32 = u32::MAX - 3;
const SERVER: u32 = u32::MAX - 20;

/// Returns the events after the server's segments, which answer a PASV, by their offsets. A segment without
/// bytes stands for the client's acknowledgment of everything before it.
fn events(segments: &[(u32, &[u8])]) -> Vec<Told> {
    let (tracking, tables) = (HostTracking::new(TrackingConfig::default()), HostTables::default());
    let see = |from_server: bool, flags, numbers, bytes: &[u8]| {
        let ports = if from_server { (21, 50_000) } else { (50_000, 21) };
        let frame: Vec<u8> = ethernet(ipv4_with(numbered(ports, flags, numbers, bytes), |header| {
            if from_server {
                (header.source, header.destination) = (header.destination, header.source);
            }
        }))
        .into();
        tracking.classify(&frame, Frame::on_wire(Link::Ethernet), &tables, 1);
    };
    see(true, 18, (SERVER.wrapping_sub(1), CLIENT), b"");
    see(false, 16, (CLIENT, SERVER), b"PASV\r\n");
    for (start, bytes) in segments {
        if bytes.is_empty() {
            see(false, 16, (CLIENT.wrapping_add(6), SERVER.wrapping_add(*start)), b"");
            continue;
        }
        see(true, 16, (SERVER.wrapping_add(*start), CLIENT.wrapping_add(6)), bytes);
    }
    tracking.take_events().into_iter().map(told).collect()
}

#[derive(Debug, PartialEq)]
enum Told {
    Learned,
    Segment(u32, Vec<u8>),
    Jump(u32, u32, Box<Session>),
    Ended,
}

fn told(event: Event) -> Told {
    let place = |number: u32| number.wrapping_sub(SERVER);
    match event {
        Event::Learned { .. } => Told::Learned,
        Event::Segment { segment, bytes, .. } => Told::Segment(place(segment.sequence), bytes),
        Event::Jump { session, from, to, .. } => Told::Jump(place(from), place(to), Box::new(session)),
        Event::Ended { .. } => Told::Ended,
        Event::Full(key) => panic!("the table is full for {key:?}"),
    }
}

/// Continues with the skipped bytes, and returns the announced ports.
fn complete(session: &Session, bytes: &[u8]) -> Vec<u16> {
    let mut replies = session.replies;
    let mut port = |byte: &u8| {
        let said = replies.push(*byte)?;
        (said.port == ReplyPort::Found).then(|| replies.announced().port)
    };
    bytes.iter().filter_map(&mut port).collect()
}

#[test]
fn the_session_as_it_stands_before_a_hole_and_the_bytes_behind_it_are_an_announcement() {
    let told = events(&[(17, b"156,64)\r\n"), (0, b"227 ok (10,0,0,2,")]);
    let [Told::Segment(17, bytes), Told::Jump(17, 26, session)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(complete(session, bytes), [40_000]);
}

#[test]
fn gaps_within_skipped_bytes_are_forwarded_when_they_are_filled() {
    let told = events(&[
        (24, b"\r\n"),
        (10, b"0,0,2,"),
        (0, b"227 ok (10"),
        (16, b"1"),
        (17, b"56,64)\r\n"),
        (0, b"227 ok (10,0,0,2,156,64)\r\n"),
    ]);
    let [
        Told::Segment(24, _),
        Told::Segment(10, _),
        Told::Jump(10, 26, _),
        Told::Segment(16, _),
        Told::Segment(17, _),
        Told::Segment(0, _),
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
}

#[test]
fn all_that_is_beyond_a_hole_is_passed_over_at_once() {
    let told = events(&[(10, b"0,0,2,"), (24, b"\r\n"), (0, b"227 ok (10")]);
    let [Told::Segment(10, _), Told::Segment(24, _), Told::Jump(10, 26, _)] = &told[..] else {
        panic!("{told:?}")
    };
}

#[test]
fn a_segment_that_fills_a_gap_and_brings_more_is_forwarded_and_read() {
    let told = events(&[
        (24, b"\r\n"),
        (10, b"0,0,2,"),
        (0, b"227 ok (10"),
        (17, b"156,64)\r\n227 (1,1,1,1,9,9)\r\n"),
    ]);
    let [.., Told::Jump(10, 26, _), Told::Segment(17, _), Told::Learned] = &told[..] else {
        panic!("{told:?}")
    };
}

#[test]
fn gaps_of_two_skipped_stretches_are_both_wanted() {
    let told = events(&[(6, b"...."), (2, b".."), (0, b".."), (14, b"...."), (10, b"...."), (4, b"..")]);
    // The segment that fills the second gap is forwarded too: it may be the rest of the line that the first
    // chunk cut.
    let [.., Told::Jump(2, 10, _), Told::Segment(14, _), Told::Segment(10, _), Told::Jump(14, 18, _), last] =
        &told[..]
    else {
        panic!("{told:?}")
    };
    assert!(matches!(last, Told::Segment(4, _)), "{last:?}");
}

#[test]
fn what_is_beyond_a_hole_that_nobody_will_fill_is_passed_over() {
    let told = events(&[(17, b"156,64)\r\n"), (26, b""), (26, b"\r\n227 (1,1,1,1,9,9)\r\n")]);
    let [Told::Segment(17, _), Told::Jump(0, 26, _), Told::Learned] = &told[..] else { panic!("{told:?}") };
}

#[test]
fn an_overlap_of_what_was_read_and_what_is_beyond_is_read_once() {
    let told = events(&[(13, b"0,2,156,64)\r\n"), (0, b"227 ok (10,0,0,2,156")]);
    let [Told::Segment(13, bytes), Told::Jump(20, 26, session)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(complete(session, &bytes[7..]), [40_000]);
}

#[test]
fn the_hole_is_filled_with_all_of_it() {
    let told = events(&[(17, b"156,64)\r\n"), (0, b"227 ok (10,0,0,2,156,64)\r\n")]);
    assert!(matches!(&told[..], [Told::Segment(17, _), Told::Learned]), "{told:?}");
}

#[test]
fn a_long_segment_is_read_to_its_end() {
    for before in [0, 511, 512, 513, 1_200, 8_000, 60_000] {
        let mut lines = b"211-\r\n".repeat(before / 6);
        lines.resize(before, b'.');
        lines.extend_from_slice(if before == 0 { b"" } else { b"\r\n211 x\r\n" });
        lines.extend(b"227 (10,0,0,2,156,64)\r\n");
        let told = events(&[(0, &lines)]);
        assert!(matches!(told[..], [Told::Learned]), "{before}: {told:?}");
    }
}

#[test]
fn an_overlong_line_of_a_long_segment_announces_nothing() {
    let mut line = b"227 ".to_vec();
    line.resize(505, b'.');
    line.extend(b"(10,0,0,2,156,64)\r\n");
    assert_eq!(events(&[(0, &line)]), []);
}
