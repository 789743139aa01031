// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Changes by another CPU between two accesses to an endpoint.

use std::collections::BTreeMap;

use super::{
    Admission, Admitted, Endpoint, EndpointBucket, EndpointState, Evidence, ExpectKey, Expectation, Kind,
    Mode, PackedEndpoint, WAYS, announce, lone_bucket::LoneBucket,
};
use crate::{
    address::Address,
    table::{Bucket, MemoryBucket},
};

/// A bucket whose first entry another CPU claims just before it is replaced.
#[derive(Default)]
struct Raced {
    lone: LoneBucket,
    entries: RacedEntries,
}

#[derive(Default)]
struct RacedEntries(MemoryBucket<Endpoint, WAYS>);

impl Bucket for RacedEntries {
    type Entry = Endpoint;

    fn word(&self, way: usize) -> PackedEndpoint {
        self.0.word(way)
    }

    fn entry(&self, way: usize) -> Endpoint {
        self.0.entry(way)
    }

    fn matches(&self, way: usize, key: &ExpectKey) -> bool {
        self.0.matches(way, key)
    }

    fn replace(&self, way: usize, old: PackedEndpoint, new: PackedEndpoint) -> bool {
        self.0.replace(0, PackedEndpoint::FREE, PackedEndpoint::CLAIMED);
        self.0.replace(way, old, new)
    }

    fn fill(&self, way: usize, claimed: Endpoint, word: PackedEndpoint) {
        self.0.fill(way, claimed, word);
    }

    fn update(&self, way: usize, change: impl FnOnce(&mut Endpoint)) {
        self.0.update(way, change);
    }
}

impl EndpointBucket for Raced {
    type Bucket = RacedEntries;

    fn bucket(&self) -> &RacedEntries {
        &self.entries
    }

    fn now(&self) -> u64 {
        self.lone.now()
    }

    fn port_taken(&self, port: u16) {
        self.lone.port_taken(port);
    }

    fn port_left(&self, port: u16) {
        self.lone.port_left(port);
    }
}

#[test]
fn an_entry_that_another_cpu_claims_meanwhile_is_left_to_it() {
    let endpoints = Raced::default();
    let key = ExpectKey { address: Address::v4([10, 0, 0, 1]), peer: Address::v4([10, 0, 0, 2]), port: 1024 };
    let kind = Kind { mode: Mode::Active, evidence: Evidence::Announced, extended: false };
    let expectation = Expectation { key: &key, kind, session: 7, state: EndpointState::Announced };
    let admitted = announce(&endpoints, &expectation);
    assert_eq!(admitted, Some(Admitted { way: 1, how: Admission::Learned }));
    assert_eq!(endpoints.bucket().word(0), PackedEndpoint::CLAIMED);
    assert_eq!(endpoints.lone.counted(), BTreeMap::from([(1024, 1)]));
}
