// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests of a listener's state: which segments are inspected, and whether a text is begun, permitted, refused or over.

use super::{
    Listener, Spoken,
    listener::PRESUMES,
    numbers::{are_near, reaches},
    stage::{Reply, Stage},
};

const ACK: u8 = 0x10;
const PUSH: u8 = 0x18;
const HALF: u32 = 1 << 31;
/// Numbers in the middle, and where they wrap or change their sign.
const STARTS: [u32; 5] = [1000, 0, u32::MAX, HALF, HALF - 1];

#[test]
fn numbers_are_compared_where_they_wrap_too() {
    for start in STARTS {
        let reached = |distance: u32| reaches(start.wrapping_add(distance), start);
        assert!([0, 1, HALF - 1].into_iter().all(reached), "{start}");
        assert!(![HALF, u32::MAX].into_iter().any(reached), "{start}");
        let near = |distance: u32| are_near(start.wrapping_add(distance), start);
        let mebibyte = 1_u32 << 20;
        assert!([0, 1, mebibyte, mebibyte.wrapping_neg(), u32::MAX].into_iter().all(near), "{start}");
        assert!(![mebibyte + 1, (mebibyte + 1).wrapping_neg(), HALF].into_iter().any(near), "{start}");
    }
}

fn spoken(of_client: bool, flags: u8, sequence: u32, length: u32) -> Spoken {
    Spoken { sequence, length, flags, of_client: of_client.into(), ..Spoken::default() }
}

/// Returns a listener in this stage, whose client has begun a text.
fn listening(stage: Stage) -> Listener {
    let mut listener = Listener::new(1000, 7000);
    (listener.stage, listener.texts) = (stage, 1);
    listener
}

#[test]
fn among_commands_every_segment_of_the_client_is_inspected_and_of_the_server_short_ones() {
    let listener = Listener::new(1000, 7000);
    for (flags, length, of_server) in
        [(PUSH, 600, true), (PUSH, 601, false), (ACK, 5, false), (ACK, 1400, false)]
    {
        assert!(listener.inspects(&spoken(true, flags, 1000, length)), "{flags} {length}");
        assert_eq!(listener.inspects(&spoken(false, flags, 7000, length)), of_server, "{flags} {length}");
    }
}

#[test]
fn in_bulk_a_segment_is_inspected_if_it_is_short_or_holds_the_end() {
    for stage in [Stage::Text, Stage::Skip, Stage::SkipLiteral, Stage::Lost] {
        let mut listener = listening(stage);
        listener.until = 5000;
        for (flags, sequence, length, inspected) in [
            (ACK, 1000, 1400, false),
            (ACK, 1000, 5, false),
            (PUSH, 1000, 601, false),
            (PUSH, 1000, 600, true),
            (ACK, 4000, 1000, false),
            (ACK, 4000, 1001, true),
            (ACK, 5000, 1, true),
            (ACK, 5001, 1400, false),
        ] {
            let of_client = listener.inspects(&spoken(true, flags, sequence, length));
            assert_eq!(of_client, inspected, "{stage:?} {flags} {sequence} {length}");
        }
        assert!(!listener.inspects(&spoken(false, ACK, 4000, 1400)), "the end is the client's");
    }
}

/// Returns every state of the counts of texts around some of them: begun by the client, permitted, and delivered.
fn counts() -> impl Iterator<Item = [i8; 3]> {
    let around = |center: i8| (-2..=2).map(move |offset| center.wrapping_add(offset));
    [0, 100, i8::MAX, -1].into_iter().flat_map(move |center| {
        around(center).flat_map(move |texts| {
            around(center)
                .flat_map(move |granted| around(center).map(move |delivered| [texts, granted, delivered]))
        })
    })
}

#[test]
fn a_text_is_unseen_pending_or_over_by_the_counts_of_texts() {
    for [texts, granted, delivered] in counts() {
        let mut text = listening(Stage::Text);
        text.texts = texts.cast_unsigned();
        (text.granted, text.delivered) = (granted.cast_unsigned(), delivered.cast_unsigned());
        let state = format!("{texts} begun, {granted} permitted, {delivered} delivered");
        let (permitted, taken) = (granted.wrapping_sub(texts), delivered.wrapping_sub(texts));
        let is_unseen = permitted > 0 && delivered != granted;
        assert_eq!(text.is_text_unseen(), is_unseen, "{state}");
        assert_eq!(text.is_leave_pending(), permitted < 0, "{state}");
        assert_eq!(text.is_text_over(), taken >= 0, "{state}");
        assert_eq!(text.is_in_bulk(), taken < 0, "{state}");
        for stage in [Stage::Start, Stage::Word, Stage::Rest, Stage::TextLine, Stage::Proxy] {
            text.stage = stage;
            assert_eq!(text.is_in_bulk(), is_unseen, "{stage:?}: {state}");
        }
    }
}

#[test]
fn a_text_is_refused_by_an_error_behind_its_command() {
    for (reply, granted, acknowledged, expected) in [
        (Reply::Over, 0, 1000, true),
        (Reply::Over, 0, 1001, true),
        (Reply::Over, 0, 999, false),
        (Reply::Over, 1, 1000, false),
        (Reply::Done, 0, 1000, false),
        (Reply::GoAhead, 0, 1000, false),
        (Reply::None, 0, 1000, false),
    ] {
        let mut text = listening(Stage::Text);
        text.asked_at = 1000;
        (text.reply, text.granted, text.server.acknowledged) = (reply, granted, acknowledged);
        assert_eq!(text.is_refused(), expected, "{reply:?} {granted} {acknowledged}");
        assert_eq!(text.is_text_over(), expected, "{reply:?} {granted} {acknowledged}");
        text.set(PRESUMES, true);
        assert!(
            !text.is_text_over(),
            "the client sends it without waiting: {reply:?} {granted} {acknowledged}"
        );
    }
}

#[test]
fn a_flag_is_set_and_cleared_by_itself() {
    let mut listener = Listener::default();
    for flag in (0..8).map(|bit| 1 << bit) {
        for to in [true, true, false, false, true] {
            let before = listener.flags;
            listener.set(flag, to);
            assert_eq!(listener.is(flag), to, "{flag}");
            assert_eq!(listener.flags & !flag, before & !flag, "{flag}");
        }
    }
    assert_eq!(listener.flags, u8::MAX);
}
