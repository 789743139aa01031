// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A bucket of the endpoint table, with the port table that counts its ports.

use std::cell::Cell;

use super::HostTables;
use crate::{
    endpoint::{Endpoint, EndpointBucket, WAYS},
    table::MemoryBucket,
};

/// A bucket, the port table, and a clock that advances on each reading.
pub struct CountedBucket<'a> {
    pub(super) bucket: MemoryBucket<Endpoint, WAYS>,
    pub(super) tables: &'a HostTables,
    pub(super) clock: &'a Cell<u64>,
}

impl EndpointBucket for CountedBucket<'_> {
    type Bucket = MemoryBucket<Endpoint, WAYS>;

    fn bucket(&self) -> &Self::Bucket {
        &self.bucket
    }

    fn now(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
    }

    fn port_taken(&self, port: u16) {
        self.tables.endpoint_taken(port);
    }

    fn port_left(&self, port: u16) {
        self.tables.endpoint_left(port);
    }
}
