// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Maps the table of announced data ports, which the agent shares with the running programs.
#![expect(unsafe_code, reason = "the table is memory that the kernel shares")]

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aya::maps::MapData;
use classifier_common::{
    endpoint::{Endpoint, EndpointBucket, ExpectKey, PackedEndpoint, WAYS, position},
    table::{Bucket, Entry as _},
};

use super::{
    DatapathError,
    port_table::SharedPorts,
    windows::{WINDOW, Windows},
};

/// Bytes of a bucket. No bucket crosses a window.
const BUCKET: usize = WAYS * size_of::<Endpoint>();
const _: () = assert!(WINDOW.is_multiple_of(BUCKET));

/// The table of announced data ports; windows of it are mapped when they are first read.
pub struct SharedEndpoints {
    table: Windows,
    buckets: usize,
    ports: Arc<SharedPorts>,
}

impl SharedEndpoints {
    /// Maps the `buckets` buckets of the endpoint map, a power of two.
    pub(super) fn map(map: MapData, buckets: usize, ports: Arc<SharedPorts>) -> Result<Self, DatapathError> {
        let table = Windows::over(map, buckets * BUCKET).map_err(DatapathError::Mmap)?;
        Ok(Self { table, buckets, ports })
    }

    /// Number of entries in the table.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.buckets * WAYS
    }

    /// Returns the bucket with this number, as the programs count buckets.
    #[must_use]
    pub const fn bucket(&self, number: usize) -> SharedBucket<'_> {
        SharedBucket { endpoints: self, number: self.number(number) }
    }

    /// Maps any number to one of a bucket of the table.
    #[must_use]
    pub const fn number(&self, bucket: usize) -> usize {
        bucket % self.buckets
    }

    /// Copies the entry of a slot.
    #[must_use]
    pub fn at(&self, slot: u32) -> Endpoint {
        let (bucket, way) = position(slot);
        self.bucket(bucket).entry(way)
    }
}

/// A bucket of the endpoint table.
#[derive(Clone, Copy)]
pub struct SharedBucket<'a> {
    endpoints: &'a SharedEndpoints,
    number: usize,
}

impl SharedBucket<'_> {
    fn at(&self, way: usize) -> *mut Endpoint {
        #[expect(clippy::cast_ptr_alignment, reason = "a bucket lies at a multiple of its size in a page")]
        let bucket = self.endpoints.table.at(self.number * BUCKET).cast::<Endpoint>();
        // SAFETY: a bucket lies within one window, and has WAYS entries.
        unsafe { bucket.add(way % WAYS) }
    }

    fn atomic(&self, way: usize, field: usize) -> &AtomicU64 {
        // SAFETY: callers pass the offset of a field of eight bytes. It is aligned within the mapping that
        // this borrows, and programs change it in one step.
        unsafe { AtomicU64::from_ptr(self.at(way).byte_add(field).cast()) }
    }
}

impl Bucket for SharedBucket<'_> {
    type Entry = Endpoint;

    fn word(&self, way: usize) -> PackedEndpoint {
        PackedEndpoint::from_bits(self.atomic(way, Endpoint::WORD).load(Ordering::Acquire))
    }

    fn entry(&self, way: usize) -> Endpoint {
        // SAFETY: the entry lies within the mapping, aligned. Concurrent changes may tear the value, and
        // every bit pattern is an endpoint.
        unsafe { self.at(way).read_volatile() }
    }

    /// Compares the addresses of an entry with a key. Of a torn entry, the addresses differ, or the later
    /// compare-and-swap of its word fails.
    fn matches(&self, way: usize, key: &ExpectKey) -> bool {
        self.entry(way).is_of(key)
    }

    fn replace(&self, way: usize, old: PackedEndpoint, new: PackedEndpoint) -> bool {
        let word = self.atomic(way, Endpoint::WORD);
        word.compare_exchange(old.bits(), new.bits(), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn fill(&self, way: usize, claimed: Endpoint, word: PackedEndpoint) {
        // SAFETY: within the mapping and aligned; the entry is claimed, so no program writes to it, and its
        // word keeps its value.
        unsafe { self.at(way).write_volatile(claimed) };
        self.atomic(way, Endpoint::WORD).store(word.bits(), Ordering::Release);
    }

    fn update(&self, way: usize, change: impl FnOnce(&mut Endpoint)) {
        // SAFETY: within the mapping and aligned. The last writer wins, agent or program.
        change(unsafe { &mut *self.at(way) });
    }
}

impl EndpointBucket for SharedBucket<'_> {
    type Bucket = Self;

    fn bucket(&self) -> &Self {
        self
    }

    fn now(&self) -> u64 {
        crate::clock::now()
    }

    fn port_taken(&self, port: u16) {
        self.endpoints.ports.endpoint_taken(port);
    }

    fn port_left(&self, port: u16) {
        self.endpoints.ports.endpoint_left(port);
    }
}
