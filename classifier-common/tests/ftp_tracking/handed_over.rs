//! What is told of bytes that could not be read in order: enough for somebody else to read them.

use classifier_common::{
    control::{Policy, Session},
    fixtures::layers::{ethernet, ipv4_with, numbered},
    ftp::Announcement,
    host::{Event, HostTables, HostTracking},
    packet::{Frame, Link},
};

const CLIENT: u32 = u32::MAX - 3;
const SERVER: u32 = u32::MAX - 20;

/// The events after the server's segments, which answer a PASV, by where they begin; numbers from there. One
/// without bytes stands for the client's acknowledgment of all before it.
fn events(segments: &[(u32, &[u8])]) -> Vec<Told> {
    let (tracking, tables) = (HostTracking::new(Policy::default()), HostTables::default());
    let see = |from_server: bool, flags, numbers, bytes: &[u8]| {
        let ports = if from_server { (21, 50_000) } else { (50_000, 21) };
        let frame: Vec<u8> = ethernet(ipv4_with(numbered(ports, flags, numbers, bytes), |header| {
            if from_server {
                (header.source, header.destination) = (header.destination, header.source);
            }
        }))
        .into();
        tracking.judge(&frame, Frame::on_wire(Link::Ethernet), &tables, 1);
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
        Event::Full(key) => panic!("no room for {key:?}"),
    }
}

/// Goes on with the bytes that were passed over: the ports that they announce.
fn complete(session: &Session, bytes: &[u8]) -> Vec<u16> {
    let mut replies = session.replies;
    let mut port = |byte: &u8| {
        let said = replies.push(*byte)?;
        (said.announcement == Announcement::Passive).then(|| replies.announced().port)
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
fn holes_within_what_is_passed_over_are_handed_over_when_they_are_filled() {
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
fn a_segment_that_fills_a_hole_and_brings_more_is_handed_over_and_read() {
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
fn holes_of_two_stretches_that_were_passed_over_are_both_wanted() {
    let told = events(&[(6, b"...."), (2, b".."), (0, b".."), (14, b"...."), (10, b"...."), (4, b"..")]);
    // What fills the second hole is handed over too: it may be the rest of the line that the first stretch cut.
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
fn a_long_segment_is_read_as_far_as_a_packet_reads_and_handed_over_whole() {
    let mut line = b"227 ".to_vec();
    line.resize(505, b'.');
    line.extend(b"(10,0,0,2,156,64)\r\n");
    let told = events(&[(0, &line)]);
    let [Told::Segment(0, bytes), Told::Jump(512, 524, session)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(bytes, &line);
    assert_eq!(complete(session, &bytes[512..]), [], "it is overlong");
    let mut lines = b"211-\r\n".repeat(84);
    lines.extend(b"211 x\r\n227 (10,0,0,2,156,64)\r\n");
    let told = events(&[(0, &lines)]);
    let [Told::Segment(0, bytes), Told::Jump(512, 534, session)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(complete(session, &bytes[512..]), [40_000]);
}
