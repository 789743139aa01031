// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hashes of keys: each bit of a key counts. A field that did not would put its keys into one bucket, where they evict
//! each other.

use std::fmt::Debug;

use classifier_common::{
    address::Address,
    control::SessionKey,
    flow::FlowEnds,
    fragment::FragmentKey,
    table::{hash, recent::Key},
    track::Ends,
};

/// Addresses and ports of a packet.
const ENDS: (u128, u128, u16, u16) = (1 << 77 | 5, 1 << 99 | 6, 0x1234, 0x5432);

fn address(number: u128) -> Address {
    Address::v6(number.to_be_bytes())
}

/// Returns the packet with each bit of its ends changed, and the packet itself.
fn ends() -> impl Iterator<Item = (u128, u128, u16, u16)> {
    let (source, destination, from, to) = ENDS;
    let addresses = (0..128).flat_map(move |bit| {
        [(source ^ 1 << bit, destination, from, to), (source, destination ^ 1 << bit, from, to)]
    });
    let ports = (0..16).flat_map(move |bit| {
        [(source, destination, from ^ 1 << bit, to), (source, destination, from, to ^ 1 << bit)]
    });
    addresses.chain(ports).chain([ENDS])
}

/// Checks that the last key, of which each other one differs in a bit, shares its hash with none of them, and its bucket
/// with hardly any.
fn check<K: Key + Debug>(keys: &[K]) {
    let (last, others) = keys.split_last().expect("keys");
    let shared = |part: &dyn Fn(u64) -> u64| -> Vec<_> {
        others.iter().filter(|key| part(key.hash()) == part(last.hash())).collect()
    };
    assert!(shared(&|hash| hash).is_empty(), "hash: {:?}", shared(&|hash| hash));
    let bucket = |hash| hash::bucket(hash, 2048) as u64;
    assert!(shared(&bucket).len() <= 8, "bucket: {:x?} shared with {last:x?}", shared(&bucket));
}

#[test]
fn every_bit_of_a_control_connection_counts() {
    let key = |(client, server, client_port, server_port)| SessionKey {
        client: address(client),
        server: address(server),
        client_port,
        server_port,
        reserved: 0,
    };
    check(&ends().map(key).collect::<Vec<_>>());
}

#[test]
fn every_bit_of_a_flow_counts() {
    let key = |(source, destination, source_port, destination_port)| {
        let (source, destination) = (address(source), address(destination));
        let mut key = FlowEnds::default();
        key.store(&Ends { source, destination, source_port, destination_port, ..Ends::default() });
        key
    };
    check(&ends().map(key).collect::<Vec<_>>());
}

#[test]
fn every_bit_of_a_fragment_counts() {
    let key = |(source, destination, low, high): (u128, u128, u16, u16), protocol, family| FragmentKey {
        source: address(source),
        destination: address(destination),
        identification: u32::from(high) << 16 | u32::from(low),
        protocol,
        family,
        reserved: 0,
    };
    let kinds = (0..8).flat_map(|bit| [key(ENDS, 6 ^ 1 << bit, 4), key(ENDS, 6, 4 ^ 1 << bit)]);
    check(&kinds.chain(ends().map(|ends| key(ends, 6, 4))).collect::<Vec<_>>());
}
