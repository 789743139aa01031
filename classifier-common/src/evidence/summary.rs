//! The sets of several CPUs as one.
//!
//! Each CPU bounds a key that it has a place for by its count, and any other by its set's least count. The bounds of one key
//! add up, and so do the errors, where a CPU without a place for it errs by all of its bound. Of a set's keys as many stay
//! as a set has places; the largest bound of those that go is from then on what bounds a key that is not there (Agarwal et
//! al., Mergeable Summaries, 2012).

use std::{cmp::Reverse, collections::HashMap};

use super::{Observation, SOURCE_WAYS, Source, SourceKey, SourceSet, regions};

/// Sources, summed up over CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    sources: Vec<Source>,
    /// By set: how often a key that is not listed may have been observed at most.
    floors: Vec<u64>,
}

impl Summary {
    /// Of a table of so many sets, nothing added yet.
    #[must_use]
    pub fn new(sets: usize) -> Self {
        Self { sources: Vec::new(), floors: vec![0; sets] }
    }

    /// Adds one set, as each CPU has it.
    pub fn add(&mut self, number: usize, by_cpu: &[SourceSet]) {
        let floor_of_all: u64 = by_cpu.iter().map(SourceSet::floor).sum();
        let mut merged: HashMap<SourceKey, Source> = HashMap::new();
        for set in by_cpu {
            for source in set.sources.iter().filter(|source| source.count > 0 && !source.key.is_nobodys()) {
                // What the others are to be asked for is known once all that know the key have answered.
                let one = merged.entry(source.key).or_insert(Source {
                    key: source.key,
                    count: floor_of_all,
                    error: floor_of_all,
                    first: u64::MAX,
                    last: 0,
                });
                let floor = set.floor();
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

    /// The sources, in no order.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How often any prefix that is not listed may have been observed at most, by observation.
    #[must_use]
    pub fn unlisted(&self) -> [u64; Observation::ALL.len()] {
        regions(self.floors.len()).map(|sets| {
            self.floors.get(sets).and_then(|floors| floors.iter().max()).copied().unwrap_or_default()
        })
    }

    /// How often this key may have been observed at most, if it is not listed: of a set by its number.
    #[must_use]
    pub fn floors(&self) -> &[u64] {
        &self.floors
    }
}
