//! The kernel's surroundings in user space: for the offline reader, the tests and the fuzzers.

mod connections;
mod endpoints;
mod event;
mod payload;
mod rates;
mod tables;
mod tracking;
mod world;

use std::{hash::Hash, num::NonZeroUsize};

use lru::LruCache;

pub use self::{
    connections::HostConnections, endpoints::CountedSet, event::Event, tables::HostTables,
    tracking::HostTracking, world::HostWorld,
};

/// The one that was not used for longest makes room; memory is taken as entries come, not for all of them.
fn bounded<K: Hash + Eq, V>(capacity: usize) -> LruCache<K, V> {
    let mut cache = LruCache::unbounded();
    cache.resize(NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN));
    cache
}
