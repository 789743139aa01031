// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Match of packets with announced data connections.

use super::{
    Endpoint, EndpointBucket, EndpointState, ExpectKey, Kind, PackedEndpoint, Query, WAYS,
    transition::{after, answers, is_candidate, is_rival},
};
use crate::table::Bucket;

/// A packet of an announced data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Kind of the endpoint.
    pub kind: Kind,
    /// True if the announcement was a proposal until now. The server confirms a proposal by connecting to it.
    pub confirmed: bool,
}

/// Limit of attempts if other CPUs change the endpoint, or if it is retired. Two packets of a connection can
/// end it at once, one in each direction; a third finds it closed.
const TRIES: usize = 3;

/// Finds the endpoint of a packet, and advances its state.
///
/// An announced port is for one connection: that of the first SYN, or of the first SYN-ACK if only that
/// direction is seen. A SYN with the same ports and number is a retransmission, also after a reset: some
/// clients repeat the SYN until the server listens. A SYN with another number belongs to no connection until
/// it is answered. Its answer retires the endpoint, and so does the SYN itself after the connection's end: no
/// further packet belongs to it.
///
/// A late packet also belongs to the connection and refreshes its time. A forged reset therefore ends nothing
/// while packets arrive.
#[inline(always)]
pub fn match_and_advance<B: EndpointBucket>(endpoints: &B, query: &Query) -> Option<Hit> {
    for _ in 0..TRIES {
        let (way, word) = find(endpoints.bucket(), query);
        if way == WAYS {
            return None;
        }
        let rival = endpoints.bucket().entry(way).rival;
        let is_new = answers(query) && rival == u64::from(query.number) + 1;
        let next = if is_new { word.retired() } else { after(word, query) };
        if next == word {
            linger(endpoints, way, word);
        }
        if next == word || endpoints.change(way, word, next) && !next.is_retired() {
            return Some(Hit { kind: word.kind(), confirmed: word.state() == EndpointState::Proposed });
        }
    }
    None
}

/// Returns the first candidate entry for the packet, and its word; [`WAYS`] if there is none. Notes a rival
/// SYN in the entry of another connection.
#[inline(always)]
fn find<B: Bucket<Entry = Endpoint>>(bucket: &B, query: &Query) -> (usize, PackedEndpoint) {
    for (way, word) in bucket.words::<WAYS>().into_iter().enumerate() {
        if is_candidate(word, query) && bucket.matches(way, &query.key) {
            if !is_rival(word, query) {
                return (bucket.widen(way), word);
            }
            let rival = u64::from(query.number) + 1;
            bucket.update(way, |endpoint| endpoint.rival = rival);
        }
    }
    (WAYS, PackedEndpoint::FREE)
}

/// Finds the endpoint of a packet without SYN, FIN and RST, which changes no word. Equals
/// [`match_and_advance`] for these packets; returns a free word if there is none.
#[inline(always)]
pub fn connected<B: EndpointBucket>(endpoints: &B, key: &ExpectKey, peer_port: u16) -> PackedEndpoint {
    let bucket = endpoints.bucket();
    for (way, word) in bucket.words::<WAYS>().into_iter().enumerate() {
        if word.is_of(key.port, peer_port) && bucket.matches(way, key) {
            linger(endpoints, way, word);
            return word;
        }
    }
    PackedEndpoint::FREE
}

/// Restarts the linger time of a closed connection.
#[inline(always)]
fn linger<B: EndpointBucket>(endpoints: &B, way: usize, word: PackedEndpoint) {
    if word.is_closed() {
        endpoints.touch(way);
    }
}

#[cfg(test)]
#[path = "advance_tests.rs"]
mod tests;
