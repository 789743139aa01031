// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Environment of the kernel programs in user space, for the offline reader, the tests and the fuzzers.

mod connections;
mod endpoints;
mod env;
mod event;
mod flows;
mod payload;
mod rates;
mod tables;
mod tracking;

use std::{hash::Hash, num::NonZeroUsize};

use lru::LruCache;

pub use self::{
    connections::HostConnections,
    endpoints::CountedBucket,
    event::Event,
    flows::HostFlows,
    tables::HostTables,
    tracking::{HostEnv, HostTracking},
};

/// Creates a map that evicts its least recently used entry. Memory grows with the entries instead of being
/// reserved for all of them.
fn bounded<K: Hash + Eq, V>(capacity: usize) -> LruCache<K, V> {
    let mut cache = LruCache::unbounded();
    cache.resize(NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN));
    cache
}
