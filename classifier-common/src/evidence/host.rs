// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sources in the memory of a process, for captures, tests and fuzzers.

use std::convert::identity;

use super::{
    Observation, Observed, SEEN_ROWS, SERVICE_BUCKETS, SOURCE_BUCKETS, Seen, SeenTable, SourceBucket,
    SourceKey, Summary, bucket_of,
};

/// Sources and observations, like the kernel's maps for one CPU.
#[derive(Clone, Debug)]
pub struct HostSources {
    buckets: Vec<SourceBucket>,
    /// Tables by observation.
    seen: Vec<SeenTable>,
    /// Buckets of other services.
    services: Vec<SourceBucket>,
}

impl Default for HostSources {
    fn default() -> Self {
        Self::new(SOURCE_BUCKETS)
    }
}

impl HostSources {
    /// Creates a table of `buckets` buckets, rounded up to a valid power of two.
    #[must_use]
    pub fn new(buckets: usize) -> Self {
        let buckets = buckets.max(Observation::ALL.len()).next_power_of_two();
        Self {
            buckets: vec![SourceBucket::default(); buckets],
            seen: vec![[Seen::default(); SEEN_ROWS]; Observation::ALL.len()],
            services: vec![SourceBucket::default(); SERVICE_BUCKETS],
        }
    }

    /// Creates a table of another size from a summary.
    #[must_use]
    pub fn carried(summary: Summary, buckets: usize) -> Self {
        let fresh = Self::new(buckets);
        let buckets = fresh.buckets.len();
        Self { buckets: summary.into_buckets(buckets), ..fresh }
    }

    /// Notes a [`Finding`](super::Finding) or a redirect.
    pub fn note(&mut self, observed: &Observed) {
        if observed.is_of_other_service() {
            return note(&mut self.services, &SourceKey::service(observed), observed.now);
        }
        let tables = self.seen.get_mut(observed.observation() as usize);
        if let Some(seen) = tables.and_then(|table| table.get_mut(observed.row())) {
            seen.note(observed);
        }
        for key in [SourceKey::host(observed), SourceKey::network(observed)] {
            note(&mut self.buckets, &key, observed.now);
        }
    }

    /// Returns the buckets in order.
    #[must_use]
    pub fn buckets(&self) -> &[SourceBucket] {
        &self.buckets
    }

    /// Returns the observations, by kind.
    #[must_use]
    pub fn seen(&self) -> &[SeenTable] {
        &self.seen
    }

    /// Returns the buckets of other services in order.
    #[must_use]
    pub fn service_buckets(&self) -> &[SourceBucket] {
        &self.services
    }

    /// Returns the summary, like that of several CPUs.
    #[must_use]
    pub fn summary(&self) -> Summary {
        summary(&self.buckets)
    }

    /// Returns the summary of other services.
    #[must_use]
    pub fn services(&self) -> Summary {
        summary(&self.services)
    }
}

fn note(buckets: &mut [SourceBucket], key: &SourceKey, now: u64) {
    let last = buckets.len() - 1;
    if let Some(bucket) = buckets.get_mut(bucket_of(key, last)) {
        bucket.note(key, now, identity);
    }
}

fn summary(buckets: &[SourceBucket]) -> Summary {
    let mut summary = Summary::new(buckets.len());
    for (number, bucket) in buckets.iter().enumerate() {
        summary.add(number, std::slice::from_ref(bucket));
    }
    summary
}
