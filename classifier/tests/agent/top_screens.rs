// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Screens of `classifier top`: recorded ones, and rules for all of them.

use classifier::top::{Appearance, Tab};
use crossterm::event::KeyCode;
use ratatui::style::{Color, Modifier};

use crate::{
    golden::assert_golden,
    made_up_top::{PLAIN, at, characters, drawn, press, sample, screen, typed, watched},
};

macro_rules! assert_screen {
    ($name:literal, $written:expr) => {
        assert_golden(
            concat!("top/", $name, ".txt"),
            &$written,
            include_str!(concat!("golden/top/", $name, ".txt")),
        );
    };
}

#[test]
fn traffic_is_shown_on_screens_of_every_size() {
    let mut state = watched(1);
    assert_screen!("busy_80x24", screen(&mut state, (80, 24)));
    assert_screen!("busy_120x40", screen(&mut state, (120, 40)));
    assert_screen!("busy_40x10", screen(&mut state, (40, 10)));
    assert_screen!("idle_80x24", screen(&mut watched(0), (80, 24)));
}

#[test]
fn the_other_tabs_and_the_help_are_shown() {
    let mut state = watched(1);
    let mut all = String::new();
    for key in ['2', '3', '4', '5', '6', '7', '?'] {
        typed(&mut state, &key.to_string());
        all += &screen(&mut state, (80, if key == '?' { 24 } else { 8 }));
    }
    let mut idle = watched(0);
    for key in ['3', '4', '5', '6'] {
        typed(&mut idle, &key.to_string());
        all += &screen(&mut idle, (80, 8));
    }
    assert_screen!("tabs", all);
}

#[test]
fn a_source_that_is_gone_leaves_its_last_numbers_and_the_reason() {
    let mut state = watched(1);
    state.take(
        at(75),
        Err("cannot reach http://host:9877/metrics: Connection refused; check that the agent runs and \
    listens there"
            .into()),
    );
    state.now = at(83);
    let broken = drawn(&mut state, PLAIN, (80, 24));
    assert_screen!("broken_80x24", characters(&broken));
    let row = broken.content.chunks(80).nth(7).unwrap();
    assert!(row[0].modifier.contains(Modifier::DIM), "old numbers are dim");
    // It recovers by itself, and packets in between are no rate of one second.
    state.take(at(90), Ok(sample(90, 1)));
    assert_screen!("recovered_80x24", screen(&mut state, (80, 24)));

    let mut never = classifier::top::State::new("https://host:1/metrics".into(), at(1));
    never.take(
        at(0),
        Err("https://host:1/metrics answers 401 Unauthorized; give a file with user:password with \
    --credentials"
            .into()),
    );
    assert_screen!("never_40x10", screen(&mut never, (40, 10)));
}

#[test]
fn without_colours_none_is_used_and_with_them_no_word_changes() {
    let mut state = watched(1);
    for tab in 0..Tab::ALL.len() {
        typed(&mut state, &(tab + 1).to_string());
        let plain = drawn(&mut state, PLAIN, (120, 40));
        let none = |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset);
        assert!(plain.content.iter().all(none));
        let coloured = drawn(&mut state, Appearance { has_colours: true, ..PLAIN }, (120, 40));
        assert!(!coloured.content.iter().all(none));
        assert_eq!(characters(&plain), characters(&coloured));
        let ascii = drawn(&mut state, Appearance { has_unicode: false, ..PLAIN }, (120, 40));
        assert!(characters(&ascii).is_ascii());
    }
}

#[test]
fn no_size_is_too_small_to_say_so() {
    let mut states = [watched(1), watched(0), watched(1), watched(1)];
    states[2].take(at(80), Err("a long reason ".repeat(40)));
    typed(&mut states[3], "?");
    for state in &mut states {
        for width in (1..=34).chain([79, 80, 81, 200]) {
            for height in (1..=12).chain([24, 60]) {
                let text = screen(state, (width, height));
                let is_shown = text.starts_with("classifier top");
                assert_eq!(is_shown, width >= 30 && height >= 7, "{width}x{height}\n{text}");
                assert!(is_shown || text.starts_with('t'), "{width}x{height}\n{text}");
            }
        }
    }
    assert_eq!(screen(&mut states[0], (40, 3)).lines().next(), Some("too small: 40x3, needs 30x7"));
}

#[test]
fn names_with_control_characters_reach_no_terminal() {
    let mut state = watched(1);
    let mut evil = sample(71, 1);
    let flow = crate::made_up_top::flow(["e\u{1b}[2J", "ingress", "smtp", "to_server"]);
    evil.traffic.insert(flow, classifier::top::Tally { packets: 99, bytes: 1 });
    state.take(at(71), Ok(evil));
    assert!(press(&mut state, &[KeyCode::End]));
    let text = screen(&mut state, (80, 24));
    assert!(!text.contains('\u{1b}') && text.contains("e[2J"), "{text}");
}
