// SPDX-License-Identifier: MIT OR GPL-2.0-only
use std::collections::BTreeMap;

use proptest::{collection, prelude::*};

use super::*;
use crate::address::Address;
use crate::endpoint::{Evidence, Mode, lone_bucket::LoneBucket};

const KIND: Kind = Kind { mode: Mode::Active, evidence: Evidence::Announced, extended: false };

fn admit(endpoints: &LoneBucket, port: u16) -> Option<Admitted> {
    let key = ExpectKey { address: Address::v4([10, 0, 0, 1]), peer: Address::v4([10, 0, 0, 2]), port };
    let state = EndpointState::Announced;
    announce(endpoints, &Expectation { key: &key, kind: KIND, session: 7, state })
}

#[test]
fn the_same_announcement_again_takes_no_second_entry() {
    let endpoints = LoneBucket::default();
    assert_eq!(admit(&endpoints, 1024).map(|admitted| admitted.how), Some(Admission::Learned));
    assert_eq!(admit(&endpoints, 1024).map(|admitted| admitted.how), Some(Admission::Known));
}

#[test]
fn from_a_full_bucket_the_closed_are_evicted_first_and_the_connected_last() {
    let endpoints = LoneBucket::default();
    for port in 1..=4 {
        admit(&endpoints, port);
    }
    let bucket = endpoints.bucket();
    let connected = bucket.word(0).connected(9, 7);
    assert!(endpoints.change(0, bucket.word(0), connected));
    assert!(endpoints.change(2, bucket.word(2), bucket.word(2).in_state(EndpointState::Closed)));
    let evict = |port| admit(&endpoints, port).unwrap();
    assert_eq!(evict(5), Admitted { way: 2, how: Admission::Evicted(EndpointState::Closed) });
    let oldest = Admitted { way: 1, how: Admission::Evicted(EndpointState::Announced) };
    assert_eq!(evict(6), oldest, "the oldest of three");
    for port in 7..=10 {
        assert!(matches!(evict(port).how, Admission::Evicted(EndpointState::Announced)));
    }
    assert_eq!(bucket.word(0), connected);
}

fn expect(port: u16, session: u64, state: EndpointState) -> (ExpectKey, u64, EndpointState) {
    let (address, peer) = (Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]));
    (ExpectKey { address, peer, port }, session, state)
}

fn announce_one(
    endpoints: &LoneBucket,
    (key, session, state): (ExpectKey, u64, EndpointState),
) -> Option<Admitted> {
    announce(endpoints, &Expectation { key: &key, kind: KIND, session, state })
}

const ANNOUNCED: EndpointState = EndpointState::Announced;
const PROPOSED: EndpointState = EndpointState::Proposed;

#[test]
fn a_proposal_of_an_announced_port_or_a_second_one_is_known_and_changes_nothing() {
    for first in [ANNOUNCED, PROPOSED] {
        let endpoints = LoneBucket::default();
        announce_one(&endpoints, expect(1024, 7, first));
        let before = endpoints.bucket().entry(0);
        let again = announce_one(&endpoints, expect(1024, 7, PROPOSED));
        assert_eq!(again, Some(Admitted { way: 0, how: Admission::Known }));
        let after = endpoints.bucket().entry(0);
        assert_eq!((after.word, after.word.state()), (before.word, first));
        assert!(after.since > before.since, "its time starts again");
        let other = announce_one(&endpoints, expect(1024, 8, PROPOSED));
        assert_eq!(other, Some(Admitted { way: 1, how: Admission::Learned }), "of another session");
    }
}

#[test]
fn a_bucket_that_other_cpus_fill_takes_no_endpoint() {
    let endpoints = LoneBucket::default();
    for way in 0..WAYS {
        assert!(endpoints.bucket().replace(way, PackedEndpoint::FREE, PackedEndpoint::CLAIMED));
    }
    assert_eq!(announce_one(&endpoints, expect(1024, 7, ANNOUNCED)), None);
    assert!(endpoints.counted().is_empty(), "the port is not counted");
}

#[test]
fn an_announcement_without_a_connection_is_withdrawn_and_confirmed_by_its_session_alone() {
    for state in [ANNOUNCED, PROPOSED] {
        let endpoints = LoneBucket::default();
        announce_one(&endpoints, expect(1024, 7, state));
        assert_eq!(withdraw(&endpoints, 0, 8), EndpointState::Free);
        assert_eq!(withdraw(&endpoints, 1, 7), EndpointState::Free);
        assert!(!confirm(&endpoints, 0, 8));
        assert_eq!(endpoints.bucket().word(0).state(), state);
        assert_eq!(confirm(&endpoints, 0, 7), state == PROPOSED);
        assert_eq!(endpoints.bucket().word(0).state(), ANNOUNCED);
        assert!(!confirm(&endpoints, 0, 7), "it is no proposal any more");
        assert_eq!(withdraw(&endpoints, 0, 7), ANNOUNCED);
        assert_eq!(endpoints.bucket().word(0), PackedEndpoint::FREE);
        assert_eq!(withdraw(&endpoints, 0, 7), EndpointState::Free, "it is gone");
    }
    let endpoints = LoneBucket::default();
    announce_one(&endpoints, expect(1024, 7, PROPOSED));
    let word = endpoints.bucket().word(0);
    assert!(endpoints.change(0, word, word.connected(9, 7)));
    assert!(!confirm(&endpoints, 0, 7) && withdraw(&endpoints, 0, 7) == EndpointState::Free);
    assert_eq!(endpoints.bucket().word(0), word.connected(9, 7), "a connection is not withdrawn");
}

proptest! {
    /// Whatever is announced, withdrawn, confirmed, connected and evicted.
    #[test]
    fn each_port_is_counted_as_often_as_it_has_an_endpoint(
        steps in collection::vec((0..5_u8, 1..7_u16, 1..3_u64, 0..WAYS, any::<bool>()), 1..60),
    ) {
        let endpoints = LoneBucket::default();
        for (step, port, session, way, proposes) in steps {
            let word = endpoints.bucket().word(way);
            match step {
                0 => drop(withdraw(&endpoints, way, session)),
                1 => drop(confirm(&endpoints, way, session)),
                2 if word != PackedEndpoint::FREE => {
                    let next = if proposes { word.connected(port, 7) } else { word.retired() };
                    prop_assert!(endpoints.change(way, word, next));
                }
                _ => {
                    let state = if proposes { PROPOSED } else { ANNOUNCED };
                    let admitted = announce_one(&endpoints, expect(port, session, state)).unwrap();
                    let entry = endpoints.bucket().entry(admitted.way);
                    prop_assert_eq!((entry.word.port(), entry.session), (port, session));
                }
            }
            let mut counted = BTreeMap::new();
            for word in endpoints.bucket().words::<WAYS>().into_iter().filter(|word| *word != PackedEndpoint::FREE) {
                *counted.entry(word.port()).or_insert(0) += 1;
            }
            prop_assert_eq!(endpoints.counted(), counted);
        }
    }
}
