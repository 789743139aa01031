// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announced ports: insertion into and removal from the table.

use super::{Endpoint, EndpointBucket, EndpointState, ExpectKey, Kind, PackedEndpoint, WAYS};
use crate::table::Bucket;

/// An expected data connection, as announced by a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation<'a> {
    /// Ends of the connection.
    pub key: &'a ExpectKey,
    /// Mode and evidence.
    pub kind: Kind,
    /// Identifier of the control connection.
    pub session: u64,
    /// Initial state: [`EndpointState::Announced`], or [`EndpointState::Proposed`] if the server has yet to
    /// confirm it.
    pub state: EndpointState,
}

/// Way in which an announced port got its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// An entry was free.
    Learned,
    /// The port already had an entry without a connection, whose time starts again.
    Known,
    /// The bucket was full: the oldest endpoint, in this state, was evicted.
    Evicted(EndpointState),
}

/// Entry of an announced port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Index of the entry in the bucket.
    pub way: usize,
    /// Way in which the port got the entry.
    pub how: Admission,
}

/// Adds an announced port to its bucket; `None` if other CPUs took every entry that was tried.
///
/// Several sessions may announce the same port, each with its own entry. The first SYN takes any of them,
/// because packets do not say which session they belong to.
#[inline(always)]
pub fn announce<B: EndpointBucket>(endpoints: &B, expectation: &Expectation<'_>) -> Option<Admitted> {
    let &Expectation { key, kind, session, state } = expectation;
    let bucket = endpoints.bucket();
    let fresh = PackedEndpoint::announced(key.port, kind).in_state(state);
    for way in 0..WAYS {
        let word = bucket.word(way);
        let unused = word == fresh || word == fresh.in_state(EndpointState::Announced);
        if unused
            && bucket.matches(way, key)
            && bucket.entry(way).session == session
            && endpoints.change(way, word, word)
        {
            return Some(Admitted { way, how: Admission::Known });
        }
    }
    endpoints.port_taken(key.port);
    for way in 0..WAYS {
        if bucket.word(way) == PackedEndpoint::FREE
            && bucket.replace(way, PackedEndpoint::FREE, PackedEndpoint::CLAIMED)
        {
            fill(endpoints, way, expectation, fresh);
            return Some(Admitted { way, how: Admission::Learned });
        }
    }
    let (way, word) = oldest(bucket);
    if word.state() == EndpointState::Claimed || !bucket.replace(way, word, PackedEndpoint::CLAIMED) {
        endpoints.port_left(key.port);
        return None;
    }
    if word.state() != EndpointState::Free {
        endpoints.port_left(word.port());
    }
    fill(endpoints, way, expectation, fresh);
    Some(Admitted { way, how: Admission::Evicted(word.state()) })
}

#[inline(always)]
fn fill<B: EndpointBucket>(
    endpoints: &B,
    way: usize,
    &Expectation { key: &ExpectKey { address, peer, .. }, session, .. }: &Expectation<'_>,
    fresh: PackedEndpoint,
) {
    let word = PackedEndpoint::CLAIMED;
    let claimed = Endpoint { address, peer, word, since: endpoints.now(), session, rival: 0 };
    endpoints.bucket().fill(way, claimed, fresh);
}

/// Withdraws an announcement without a connection. Returns its previous state, or [`EndpointState::Free`] if
/// the entry is another's, connected, or free.
#[inline(always)]
pub fn withdraw<B: EndpointBucket>(endpoints: &B, way: usize, session: u64) -> EndpointState {
    let bucket = endpoints.bucket();
    let word = bucket.word(way);
    let unused = matches!(word.state(), EndpointState::Announced | EndpointState::Proposed);
    if unused && bucket.entry(way).session == session && bucket.replace(way, word, PackedEndpoint::FREE) {
        endpoints.port_left(word.port());
        return word.state();
    }
    EndpointState::Free
}

/// Confirms a proposal; `false` if there is none, or it already has a connection.
#[inline(always)]
pub fn confirm<B: EndpointBucket>(endpoints: &B, way: usize, session: u64) -> bool {
    let bucket = endpoints.bucket();
    let word = bucket.word(way);
    let proposed = word.state() == EndpointState::Proposed && bucket.entry(way).session == session;
    proposed && endpoints.change(way, word, word.in_state(EndpointState::Announced))
}

/// Finds the entry to evict: a closed endpoint before an unused one, before a connected one, and the oldest
/// among equals.
#[inline(always)]
fn oldest<B: Bucket<Entry = Endpoint>>(bucket: &B) -> (usize, PackedEndpoint) {
    let rank = |word: PackedEndpoint| match word.state() {
        EndpointState::Free => 0u8,
        EndpointState::Closed => 1,
        EndpointState::Announced | EndpointState::Proposed => 2,
        EndpointState::Connected => 3,
        EndpointState::Claimed => 4,
    };
    let (mut found, mut word) = (0, bucket.word(0));
    for way in 1..WAYS {
        let other = bucket.word(way);
        let older = rank(other) == rank(word) && bucket.entry(way).since < bucket.entry(found).since;
        if rank(other) < rank(word) || older {
            (found, word) = (way, other);
        }
    }
    (found, word)
}

#[cfg(test)]
mod tests {
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
}
