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
#[path = "announce_tests.rs"]
mod tests;
