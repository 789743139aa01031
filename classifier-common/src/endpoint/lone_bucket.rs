// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A single bucket for tests of its entries.

use std::cell::Cell;

use super::{Endpoint, EndpointBucket, WAYS};
use crate::table::MemoryBucket;

/// A single bucket, with a clock that advances on each reading, and without a port table.
#[derive(Default)]
pub(super) struct LoneBucket {
    bucket: MemoryBucket<Endpoint, WAYS>,
    clock: Cell<u64>,
}

impl EndpointBucket for LoneBucket {
    type Bucket = MemoryBucket<Endpoint, WAYS>;

    fn bucket(&self) -> &Self::Bucket {
        &self.bucket
    }

    fn now(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
    }

    fn port_taken(&self, _port: u16) {}

    fn port_left(&self, _port: u16) {}
}
