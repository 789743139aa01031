//! Sources in the memory of a process, for captures, tests and fuzzers.

use std::convert::identity;

use super::{
    Observation, Observed, SEEN_ROWS, SOURCE_BUCKETS, Seen, SeenTable, SourceBucket, SourceKey, Summary,
    bucket_of,
};

/// Sources and observations, like the kernel's maps for one CPU.
#[derive(Clone, Debug)]
pub struct HostSources {
    buckets: Vec<SourceBucket>,
    /// Tables by observation.
    seen: Vec<SeenTable>,
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
        let tables = self.seen.get_mut(observed.observation() as usize);
        if let Some(seen) = tables.and_then(|table| table.get_mut(observed.row())) {
            seen.note(observed);
        }
        let last = self.buckets.len() - 1;
        for key in [SourceKey::host(observed), SourceKey::network(observed)] {
            if let Some(bucket) = self.buckets.get_mut(bucket_of(&key, last)) {
                bucket.note(&key, observed.now, identity);
            }
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

    /// Returns the summary, like that of several CPUs.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::new(self.buckets.len());
        for (number, bucket) in self.buckets.iter().enumerate() {
            summary.add(number, std::slice::from_ref(bucket));
        }
        summary
    }
}
