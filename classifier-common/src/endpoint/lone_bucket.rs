// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A single bucket for tests of its entries.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use super::{Endpoint, EndpointBucket, WAYS};
use crate::table::MemoryBucket;

/// A single bucket, with a clock that advances on each reading, and a count of the endpoints of each port.
#[derive(Default)]
pub(super) struct LoneBucket {
    bucket: MemoryBucket<Endpoint, WAYS>,
    clock: Cell<u64>,
    ports: RefCell<BTreeMap<u16, i32>>,
}

impl LoneBucket {
    /// Returns the counts of endpoints that are not 0, by port.
    pub(super) fn counted(&self) -> BTreeMap<u16, i32> {
        let mut counted = self.ports.borrow().clone();
        counted.retain(|_, count| *count != 0);
        counted
    }
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

    fn port_taken(&self, port: u16) {
        *self.ports.borrow_mut().entry(port).or_default() += 1;
    }

    fn port_left(&self, port: u16) {
        *self.ports.borrow_mut().entry(port).or_default() -= 1;
    }
}
