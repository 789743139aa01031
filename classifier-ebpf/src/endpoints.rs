// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel programs' view of the table of announced data ports.

use aya_ebpf::{Global, helpers::bpf_ktime_get_ns};
use classifier_common::endpoint::{
    self, BUCKETS, Endpoint, EndpointBucket, ExpectKey, PackedEndpoint, WAYS, bucket_of,
};

use crate::{bucket::SharedBucket, maps::ENDPOINTS, ports::Ports};

/// Number of the table's last bucket, one less than a power of two. The agent writes it before it loads the
/// programs.
#[unsafe(no_mangle)]
static LAST_BUCKET: Global<u32> = Global::new(BUCKETS as u32 - 1);

/// A bucket of the map, and the port table.
pub struct CountedBucket<'a> {
    bucket: SharedBucket<Endpoint, WAYS>,
    ports: &'a Ports,
}

impl<'a> CountedBucket<'a> {
    /// Finds the bucket with this number.
    #[inline(always)]
    pub fn find(number: usize, ports: &'a Ports) -> Option<Self> {
        let bucket = ENDPOINTS.get_ptr_mut(Self::number(number) as u32)?;
        Some(Self { bucket: SharedBucket::behind(bucket), ports })
    }

    /// Returns the number of a bucket in a table of the loaded size.
    #[inline(always)]
    pub fn number(bucket: usize) -> usize {
        bucket & LAST_BUCKET.load() as usize
    }
}

impl EndpointBucket for CountedBucket<'_> {
    type Bucket = SharedBucket<Endpoint, WAYS>;

    #[inline(always)]
    fn bucket(&self) -> &Self::Bucket {
        &self.bucket
    }

    #[inline(always)]
    fn now(&self) -> u64 {
        // SAFETY: a clock reading has no requirements.
        unsafe { bpf_ktime_get_ns() }
    }

    #[inline(always)]
    fn port_taken(&self, port: u16) {
        self.ports.endpoint_taken(port);
    }

    #[inline(always)]
    fn port_left(&self, port: u16) {
        self.ports.endpoint_left(port);
    }
}

/// Finds the endpoint of an established connection's packet. Returns a free word if there is none.
#[inline(always)]
pub fn connected(key: &ExpectKey, peer_port: u16, ports: &Ports) -> PackedEndpoint {
    match CountedBucket::find(bucket_of(key), ports) {
        Some(endpoints) => endpoint::connected(&endpoints, key, peer_port),
        None => PackedEndpoint::FREE,
    }
}
