// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Positions of entries in tables that outlive an agent. Whoever changes one must raise the versions of these maps in
//! [`classifier_common::abi::PINNED`].

use std::collections::HashSet;

use classifier_common::{
    address::Address,
    connection::{self, FlowKey},
    endpoint::{self, ExpectKey},
    evidence::{self, Finding, Observed, SourceKey},
    fragment::FragmentKey,
    packet::Direction,
    protocol::Protocol,
    table::{hash, recent::Key as _},
};

const V4: [Address; 2] = [Address::v4([192, 0, 2, 1]), Address::v4([198, 51, 100, 2])];

fn v6() -> [Address; 2] {
    [1, 2].map(|host| {
        let mut bytes =
            [0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0xfe, 0xdc, 0xba, 0];
        bytes[15] = host;
        Address::v6(bytes)
    })
}

fn pairs() -> [[Address; 2]; 2] {
    [V4, v6()]
}

/// Hashes of both hosts, and of both hosts and a number.
const HASHES: [(u64, u64); 2] =
    [(0x877a_df3f_1fff_004c, 0x35fe_7964_88ca_dbe3), (0x420c_0ccf_9999_9fde, 0xf7d6_9169_b1f5_c44a)];
const CONNECTIONS: [usize; 2] = [446, 912];
const ENDPOINTS: [usize; 2] = [3573, 12_091];
const FRAGMENTS: [u64; 2] = [0x9ec9_1c83_b786_4d02, 0xe644_2a47_4c23_f2cc];
/// Buckets of a host, its network and a service, by outcome.
const SOURCES: [usize; 24] = [
    20, 65, 59, 196, 242, 138, 373, 290, 346, 421, 467, 425, 19, 2, 59, 195, 209, 138, 306, 355, 346, 482,
    434, 425,
];

#[test]
#[cfg_attr(target_endian = "big", ignore = "the words of an address are in memory order")]
fn hashes_and_buckets_stay_as_they_are() {
    let hashes =
        pairs().map(|[one, other]| (hash::hosts(one, other), hash::ends(one, other, 0x1234_5678_9abc)));
    assert_eq!(hashes, HASHES);
    let connections =
        pairs().map(|[one, other]| connection::bucket_of(&FlowKey::sent(one, other, 40_000, 25)));
    assert_eq!(connections, CONNECTIONS);
    let endpoints =
        pairs().map(|[address, peer]| endpoint::bucket_of(&ExpectKey { address, peer, port: 40_000 }));
    assert_eq!(endpoints, ENDPOINTS);
    let fragments = pairs().map(|[source, destination]| {
        let identification = 0x0102_0304;
        FragmentKey { source, destination, identification, protocol: 6, family: 4, reserved: 0 }.hash()
    });
    assert_eq!(fragments, FRAGMENTS);
}

fn observed(peer: Address, outcome: evidence::ConnectionOutcome) -> Observed {
    let (direction, protocol) = (Direction::Egress, Protocol::SMTP);
    Observed::from(&Finding { peer, now: 1, direction, protocol, outcome, port: 25 })
}

#[test]
#[cfg_attr(target_endian = "big", ignore = "the words of an address are in memory order")]
fn sources_stay_in_their_buckets() {
    let mut all = Vec::new();
    for [peer, _] in pairs() {
        for outcome in evidence::ConnectionOutcome::ALL {
            let observed = observed(peer, outcome);
            let keys =
                [SourceKey::host(&observed), SourceKey::network(&observed), SourceKey::service(&observed)];
            all.extend(keys.map(|key| evidence::bucket_of(&key, 511)));
        }
    }
    assert_eq!(all, SOURCES);
}

#[test]
fn pairs_of_hosts_are_told_apart_by_their_hash_and_so_is_their_order() {
    let host = |number| Address::v4([10, 0, 0, number]);
    let all = (0..64).flat_map(|one| (0..64).map(move |other| (host(one), host(other))));
    let hosts: HashSet<_> = all.clone().map(|(one, other)| hash::hosts(one, other)).collect();
    let ends: HashSet<_> = all.map(|(one, other)| hash::ends(one, other, 0)).collect();
    assert_eq!((hosts.len(), ends.len()), (4096, 4096));
}

#[test]
fn ports_of_two_hosts_are_spread_over_the_buckets_of_endpoints() {
    let [address, peer] = V4;
    let buckets: HashSet<_> =
        (0..4096).map(|port| endpoint::bucket_of(&ExpectKey { address, peer, port })).collect();
    assert!(buckets.len() > 3500, "{} buckets", buckets.len());
}

#[test]
fn every_slot_of_an_endpoint_is_one_position() {
    let positions =
        (0..endpoint::BUCKETS).flat_map(|bucket| (0..endpoint::WAYS).map(move |way| (bucket, way)));
    for (expected, (bucket, way)) in (1..).zip(positions) {
        let slot = endpoint::slot(bucket, way);
        assert_eq!((slot, endpoint::position(slot)), (expected, (bucket, way)));
    }
}
