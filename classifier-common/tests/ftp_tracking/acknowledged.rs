// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Acknowledgments: the short way and the whole one come to the same session and the same candidate.

use classifier_common::{
    address::Address,
    control::{
        Segment, SegmentEnv as _, SessionAdmission, SessionKey, TrackingConfig, accept_segment, acknowledge,
        find_or_begin,
    },
    host::{HostTables, HostTracking},
};

const ACK: u8 = 0x10;
const NOW: u64 = 7_000_000_000;
/// Numbers of client and server in the session.
const NEXT: [u32; 2] = [1000, 0xffff_ff00];

fn segment(side: u8, flags: u8, [sequence, acknowledgment]: [u32; 2]) -> Segment {
    let key = SessionKey {
        client: Address::v4([192, 0, 2, 1]),
        server: Address::v4([192, 0, 2, 2]),
        client_port: 40_001,
        server_port: 21,
        reserved: 0,
    };
    Segment { key, now: NOW, sequence, acknowledgment, side, flags, ..Segment::default() }
}

/// Segments of both sides with numbers at, near and far from those of the session.
fn segments() -> impl Iterator<Item = Segment> {
    const OFFSETS: [u32; 8] = [0, 1, 99, u32::MAX, 1 << 20, (1 << 20) + 1, 1 << 30, 1 << 31];
    let numbers = OFFSETS.into_iter().flat_map(|one| OFFSETS.map(|other| [one, other]));
    let flags = [ACK, ACK | 0x08, 0, 0x08];
    numbers.flat_map(move |offsets| {
        flags.into_iter().flat_map(move |flags| {
            [0_u8, 1].map(|side| {
                let (mine, theirs) = if side == 0 { (NEXT[0], NEXT[1]) } else { (NEXT[1], NEXT[0]) };
                segment(side, flags, [mine.wrapping_add(offsets[0]), theirs.wrapping_add(offsets[1])])
            })
        })
    })
}

#[test]
fn an_acknowledgment_of_a_session_does_what_every_segment_of_it_does() {
    let (tables, tracking) = (HostTables::default(), HostTracking::new(TrackingConfig::default()));
    let env = tracking.agent(&tables, NOW);
    let first = segment(0, ACK, NEXT);
    assert!(env.begin(&first, NEXT, 0));
    let (mut applied, mut left) = (0, 0);
    for one in segments() {
        let [mut short, mut whole] = [tracking.session(&first.key).expect("a session"); 2];
        let mut copy = one;
        if acknowledge(&mut copy, |key| env.embryonic(key), |_| Some(&mut short), || NOW) {
            let admission = find_or_begin(&env, &mut one.clone(), Some(&mut whole));
            assert_eq!(admission, SessionAdmission::Known, "{one:?}");
            assert_eq!(accept_segment(&env, &mut one.clone(), &mut whole), None, "{one:?}");
            assert_eq!(short, whole, "{one:?}");
            applied += 1;
        } else {
            assert_eq!(short, whole, "left as it was: {one:?}");
            left += 1;
        }
    }
    assert!(applied > 50 && left > 50, "{applied} applied, {left} left");
}

#[test]
fn only_a_stray_that_repeats_itself_is_done_with() {
    let (tables, tracking) = (HostTables::default(), HostTracking::new(TrackingConfig::default()));
    let env = tracking.agent(&tables, NOW);
    let mut first = segment(0, ACK, NEXT);
    let is_done = |mut one: Segment| acknowledge(&mut one, |key| env.embryonic(key), |_| None, || NOW);
    assert!(!is_done(first), "nothing is known of it");
    assert_eq!(find_or_begin(&env, &mut first, None), SessionAdmission::Refused);
    let known = env.embryonic(&first.key).expect("a candidate");
    for one in segments() {
        let is_same = one.side == first.side
            && one.flags & ACK != 0
            && (one.sequence, one.acknowledgment) == (first.sequence, first.acknowledgment);
        assert_eq!(is_done(one), is_same, "{one:?}");
    }
    assert_eq!(find_or_begin(&env, &mut first, None), SessionAdmission::Refused);
    assert_eq!(env.embryonic(&first.key), Some(known), "the whole way changes nothing either");
}
