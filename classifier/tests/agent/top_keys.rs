// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Keys of `classifier top`.

use classifier::top::{Listing, Peers, Sample, State, Tab};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent, MouseEventKind};

use crate::made_up_top::{at, press, sample, screen, typed, watched};

/// Returns the cells of a column, sorted and filtered.
fn first(state: &State, column: usize) -> Vec<String> {
    state.table().rows.iter().map(|row| row.cells[column].text().to_owned()).collect()
}

#[test]
fn tabs_are_reached_by_number_and_in_turn() {
    let mut state = watched(1);
    let mut tabs = vec![state.tab];
    let round = [KeyCode::Tab; Tab::ALL.len()];
    for key in round.into_iter().chain([KeyCode::BackTab, KeyCode::Char('2')]) {
        assert!(press(&mut state, &[key]));
        tabs.push(state.tab);
    }
    let [traffic, icmp, sessions, ports, sources, services, dry_run] = Tab::ALL;
    assert_eq!(tabs, [traffic, icmp, sessions, ports, sources, services, dry_run, traffic, dry_run, icmp]);
    typed(&mut state, "90xz");
    assert_eq!(state.tab, icmp, "there is no tab of that number");
}

#[test]
fn sources_are_asked_for_while_their_tab_is_open_and_at_once() {
    let unasked =
        |second| Sample { sources: Listing::Unasked, services: Listing::Unasked, ..sample(second, 1) };
    let mut state = State::new("here".into(), at(3600));
    assert_eq!((state.peers(), state.lacks_peers()), (Peers::None, false));
    state.take(at(0), Ok(unasked(0)));
    assert!(!state.lacks_peers(), "another tab needs none");
    typed(&mut state, "5");
    assert_eq!((state.peers(), state.lacks_peers()), (Peers::All, true));
    assert!(screen(&mut state, (80, 24)).contains("not read yet"));
    state.take(at(1), Ok(sample(1, 1)));
    assert!(!state.lacks_peers() && first(&state, 0)[0] == "198.51.100.0/24", "the most stand first");
    typed(&mut state, "6");
    state.take(at(2), Ok(unasked(2)));
    assert_eq!((state.peers(), state.lacks_peers()), (Peers::All, true), "other services come with them");
    assert!(screen(&mut state, (80, 24)).contains("not read yet"));
    state.take(at(3), Ok(sample(3, 1)));
    assert_eq!(first(&state, 0), ["tcp/443", "udp/123", "tcp/8443"], "the most stand first");
    typed(&mut state, "1");
    assert_eq!(state.peers(), Peers::None);
}

#[test]
fn a_network_with_one_host_is_not_shown_beside_its_host() {
    let mut state = watched(1);
    typed(&mut state, "5");
    let shown = first(&state, 0);
    let has = |prefix: &str| shown.iter().any(|one| one == prefix);
    assert!(has("203.0.113.9/32") && !has("203.0.113.0/24"), "{shown:?}");
    assert!(has("198.51.100.7/32") && has("198.51.100.0/24"), "it has other hosts: {shown:?}");
    typed(&mut state, "7");
    assert_eq!(first(&state, 0), ["mail", "default"]);
}

#[test]
fn rows_are_sorted_by_the_column_that_keys_choose() {
    let mut state = watched(1);
    assert_eq!(first(&state, 2)[0], "ftp_data_passive", "the most packets stand first");
    typed(&mut state, "r");
    assert_ne!(first(&state, 2)[0], "ftp_data_passive");
    typed(&mut state, "ssss");
    assert_eq!(state.order().column, 0, "round and round");
    assert!(!state.order().is_reversed, "each column begins with its own order");
    let mut sorted = first(&state, 0);
    sorted.sort();
    assert_eq!(first(&state, 0), sorted);
    typed(&mut state, "S");
    assert_eq!(state.order().column, 7);
    typed(&mut state, "2");
    assert_ne!(state.order().column, 7, "each tab has its own");
    typed(&mut state, "1");
    assert_eq!(state.order().column, 7);
}

#[test]
fn a_filter_is_typed_kept_and_cleared() {
    let mut state = watched(1);
    let all = first(&state, 2).len();
    typed(&mut state, "/smtpq");
    assert!(state.is_typing && first(&state, 2).is_empty());
    assert!(press(
        &mut state,
        &[KeyCode::Backspace, KeyCode::Char(' '), KeyCode::Char('I'), KeyCode::Char('n')]
    ));
    assert_eq!(first(&state, 2), ["smtp"], "ingress");
    assert!(press(&mut state, &[KeyCode::Enter]) && !state.is_typing);
    assert!(screen(&mut state, (80, 24)).contains("filter: smtp In"));
    typed(&mut state, "2");
    assert!(screen(&mut state, (80, 24)).contains("no row matches the filter"));
    assert!(press(&mut state, &[KeyCode::Char('1'), KeyCode::Esc]), "the first clears it");
    assert_eq!(first(&state, 2).len(), all);
    typed(&mut state, &("/".to_owned() + &"x".repeat(500)));
    assert_eq!(state.filter.len(), 64);
    assert!(press(&mut state, &[KeyCode::Esc]) && state.filter.is_empty());
    assert!(!press(&mut state, &[KeyCode::Esc]));
}

#[test]
fn a_paused_screen_stands_still_and_goes_on_with_what_was_missed() {
    let mut state = watched(1);
    typed(&mut state, "p");
    let before = first(&state, 6);
    for second in 71..80 {
        state.take(at(second), Ok(sample(second, 1)));
    }
    assert_eq!(first(&state, 6), before);
    assert!(screen(&mut state, (80, 24)).lines().next().is_some_and(|line| line.ends_with("paused")));
    typed(&mut state, " ");
    assert_ne!(first(&state, 6), before);
}

#[test]
fn a_long_table_is_scrolled_and_never_past_its_end() {
    let mut state = watched(1);
    let rows = state.table().rows.len();
    screen(&mut state, (80, 8));
    assert_eq!(state.page, 3);
    assert!(press(&mut state, &[KeyCode::PageDown]));
    assert_eq!(state.scrolled, 3);
    assert!(press(&mut state, &[KeyCode::PageDown, KeyCode::PageDown, KeyCode::Down]));
    assert_eq!(state.scrolled, rows - 3);
    typed(&mut state, "k");
    assert_eq!(state.scrolled, rows - 4);
    let wheel = |state: &mut State, kind| {
        let mouse = MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::NONE };
        assert!(state.handle(&Event::Mouse(mouse)) && state.handle(&Event::Resize(80, 8)));
        state.scrolled
    };
    assert_eq!(wheel(&mut state, MouseEventKind::ScrollUp), rows - 7);
    assert_eq!(wheel(&mut state, MouseEventKind::ScrollDown), rows - 4);
    assert_eq!(wheel(&mut state, MouseEventKind::ScrollDown), rows - 3);
    assert_eq!(wheel(&mut state, MouseEventKind::Moved), rows - 3);
    typed(&mut state, "g");
    assert_eq!(state.scrolled, 0);
    let lines = |state: &mut _, height| {
        let text = screen(state, (80, height));
        text.lines().filter(|line| !line.trim().is_empty()).count()
    };
    let full = lines(&mut state, 8);
    assert!(press(&mut state, &[KeyCode::End]));
    assert_eq!(lines(&mut state, 8), full, "the last rows fill the screen");
    assert_eq!(lines(&mut state, 10), full + 2, "a screen that grows shows what is before them");
    typed(&mut state, "G/smtp");
    screen(&mut state, (80, 8));
    assert_eq!(state.scrolled, 0, "few rows are all shown");
}

#[test]
fn only_what_should_end_it_does() {
    let mut state = watched(1);
    typed(&mut state, "?");
    assert!(press(&mut state, &[KeyCode::Esc]) && !state.has_help);
    for code in [KeyCode::F(5), KeyCode::Insert, KeyCode::Null, KeyCode::Char('ü')] {
        assert!(press(&mut state, &[code]));
    }
    let control = |char| KeyEvent::new(KeyCode::Char(char), KeyModifiers::CONTROL);
    assert!(state.press(control('l')) && !state.press(control('c')));
    assert!(!press(&mut state, &[KeyCode::Char('q')]));
    let released = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
    assert!(state.press(released));
    typed(&mut state, "/q");
    assert!(!state.press(control('c')), "also while a filter is typed");
}
