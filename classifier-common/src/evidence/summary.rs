// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Merge of several CPUs' buckets.
//!
//! Each CPU bounds a key with an entry by its count, and any other key by its bucket's least count. Bounds of
//! one key add up, and so do overcounts. A CPU without an entry for the key adds its whole bound to the
//! overcount.
//!
//! The merged bucket keeps its largest keys. The largest bound of the dropped keys becomes the bound of
//! unlisted keys (Agarwal et al., Mergeable Summaries, 2012).

use std::{cmp::Reverse, collections::HashMap};

use super::{Observation, SOURCE_WAYS, Source, SourceBucket, SourceKey, regions};

/// Sources, summed up over all CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    sources: Vec<Source>,
    /// Upper bound of the observations of an unlisted key, by bucket.
    floors: Vec<u64>,
}

impl Summary {
    /// Creates an empty summary of `buckets` buckets.
    #[must_use]
    pub fn new(buckets: usize) -> Self {
        Self { sources: Vec::new(), floors: vec![0; buckets] }
    }

    /// Adds one bucket of each CPU.
    pub fn add(&mut self, number: usize, by_cpu: &[SourceBucket]) {
        let floor_of_all: u64 = by_cpu.iter().map(SourceBucket::floor).sum();
        let mut merged: HashMap<SourceKey, Source> = HashMap::new();
        for bucket in by_cpu {
            for source in bucket.sources.iter().filter(|source| source.count > 0 && !source.key.is_nobodys())
            {
                // The bounds of CPUs without the key are added after all others.
                let one = merged.entry(source.key).or_insert(Source {
                    key: source.key,
                    count: floor_of_all,
                    error: floor_of_all,
                    first: u64::MAX,
                    last: 0,
                });
                let floor = bucket.floor();
                one.count += source.count - floor;
                one.error = one.error + source.error - floor;
                one.first = one.first.min(source.first);
                one.last = one.last.max(source.last);
            }
        }
        let mut merged: Vec<_> = merged.into_values().collect();
        merged.sort_unstable_by_key(|source| (Reverse(source.count), source.error, source.key));
        let dropped = merged.get(SOURCE_WAYS).map_or(0, |source| source.count);
        merged.truncate(SOURCE_WAYS);
        self.sources.append(&mut merged);
        if let Some(floor) = self.floors.get_mut(number) {
            *floor = floor_of_all.max(dropped);
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Source>, Vec<u64>) {
        (self.sources, self.floors)
    }

    /// Returns the sources, in no order.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns the upper bound of the observations of any unlisted prefix, by observation.
    #[must_use]
    pub fn unlisted(&self) -> [u64; Observation::ALL.len()] {
        regions(self.floors.len()).map(|buckets| {
            self.floors.get(buckets).and_then(|floors| floors.iter().max()).copied().unwrap_or_default()
        })
    }

    /// Returns the upper bounds of unlisted keys, by bucket number.
    #[must_use]
    pub fn floors(&self) -> &[u64] {
        &self.floors
    }
}
