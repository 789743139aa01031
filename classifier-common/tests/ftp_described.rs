// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Described lines have their expected events, for every cut, and with Telnet commands among their bytes.

use classifier_common::ftp::{
    Commands, Replies,
    fixtures::{self, LineCase, LineEvent, hear_commands, hear_replies},
};

/// Telnet sequences that belong to no text (RFC 854).
const NOISE: [&[u8]; 5] =
    [b"\xff\xf1", b"\xff\xf4\xff\xf2", b"\xff\xfb\x03", b"\xff\xfe\x0a", b"\xff\xfa\x18\xff\xff1\xff\xf0"];

fn said_by_server(pieces: &[&[u8]]) -> Vec<LineEvent> {
    let (mut state, mut said) = (Replies::new(), Vec::new());
    for piece in pieces {
        let mut copy = state;
        hear_replies(&mut copy, piece, |event| said.push(event));
        state = copy;
    }
    said
}

fn said_by_client(pieces: &[&[u8]]) -> Vec<LineEvent> {
    let (mut state, mut said) = (Commands::new(), Vec::new());
    for piece in pieces {
        let mut copy = state;
        hear_commands(&mut copy, piece, |event| said.push(event));
        state = copy;
    }
    said
}

fn every_case(check: impl Fn(&LineCase, &dyn Fn(&[&[u8]]) -> Vec<LineEvent>)) {
    for case in fixtures::replies() {
        check(&case, &said_by_server);
    }
    for case in fixtures::commands() {
        check(&case, &said_by_client);
    }
}

/// Returns all places to cut, and a selection for endless lines.
fn cuts(case: &LineCase) -> impl Iterator<Item = usize> {
    let length = case.bytes.len();
    (0..=length).step_by(if length < 1024 { 1 } else { length / 16 })
}

#[test]
fn there_are_enough_and_they_have_names_of_their_own() {
    for cases in [fixtures::replies(), fixtures::commands()] {
        let mut names: Vec<_> = cases.iter().map(|case| case.name).collect();
        names.sort_unstable();
        let twins: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(twins.is_empty(), "{twins:?}");
        assert!(names.len() >= 100, "{}", names.len());
    }
}

#[test]
fn whole() {
    every_case(|case, listen| assert_eq!(listen(&[&case.bytes]), case.said, "{}", case.name));
}

#[test]
fn cut_in_two_anywhere() {
    every_case(|case, listen| {
        for at in cuts(case) {
            let (before, behind) = case.bytes.split_at(at);
            assert_eq!(listen(&[before, behind]), case.said, "{}, cut at {at}", case.name);
        }
    });
}

#[test]
fn byte_by_byte() {
    every_case(|case, listen| {
        let bytes: Vec<_> = case.bytes.chunks(1).collect();
        assert_eq!(listen(&bytes), case.said, "{}", case.name);
    });
}

#[test]
fn telnet_commands_anywhere() {
    every_case(|case, listen| {
        if case.bytes.contains(&0xff) {
            return;
        }
        for noise in NOISE {
            for at in cuts(case) {
                let (before, behind) = case.bytes.split_at(at);
                let said = listen(&[before, noise, behind]);
                assert_eq!(said, case.said, "{}, {noise:02x?} at {at}", case.name);
            }
        }
    });
}

#[test]
fn all_in_one_stream() {
    for (cases, listen) in [
        (fixtures::replies(), &said_by_server as &dyn Fn(&[&[u8]]) -> Vec<LineEvent>),
        (fixtures::commands(), &said_by_client),
    ] {
        let whole: Vec<_> = cases
            .iter()
            .filter(|case| case.bytes.ends_with(b"\n") && !case.name.starts_with("not over"))
            .collect();
        let stream: Vec<u8> = whole.iter().flat_map(|case| &case.bytes).copied().collect();
        let said: Vec<_> = whole.iter().flat_map(|case| &case.said).copied().collect();
        assert_eq!(listen(&[&stream]), said);
    }
}

#[test]
fn a_start_within_a_line_passes_it_over() {
    let mut said = Vec::new();
    let mut replies = Replies::mid_line();
    hear_replies(&mut replies, b"227 (10,0,0,1,4,5)\r\n220 x\r\n", |event| said.push(event));
    let mut commands = Commands::mid_line();
    hear_commands(&mut commands, b"PORT 10,0,0,1,4,5\r\nPORT 10,0,0,1,4,6\r\n", |event| said.push(event));
    let [LineEvent::Reply(220, ..), LineEvent::Command(_, Some(found))] = said[..] else {
        panic!("{said:?}")
    };
    assert_eq!(found.port, 1030);
}
