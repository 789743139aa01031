//! The sources in user space's own memory: for captures, tests and fuzzers.

use std::convert::identity;

use super::{
    Observation, Observed, SEEN_ROWS, SOURCE_SETS, Seen, SeenTable, SourceKey, SourceSet, Summary, set_of,
};

/// Sources, and what was seen, as the kernel's maps hold them for one CPU.
#[derive(Clone, Debug)]
pub struct HostSources {
    sets: Vec<SourceSet>,
    /// By observation.
    seen: Vec<SeenTable>,
}

impl Default for HostSources {
    fn default() -> Self {
        Self::new(SOURCE_SETS)
    }
}

impl HostSources {
    /// Of so many sets, rounded up to a power of two that there can be.
    #[must_use]
    pub fn new(sets: usize) -> Self {
        let sets = sets.max(Observation::ALL.len()).next_power_of_two();
        Self {
            sets: vec![SourceSet::default(); sets],
            seen: vec![[Seen::default(); SEEN_ROWS]; Observation::ALL.len()],
        }
    }

    /// Of a table of another size.
    #[must_use]
    pub fn carried(summary: Summary, sets: usize) -> Self {
        let anew = Self::new(sets);
        let sets = anew.sets.len();
        Self { sets: summary.into_sets(sets), ..anew }
    }

    /// Notes a [`Finding`](super::Finding), or a redirect.
    pub fn note(&mut self, observed: &Observed) {
        let tables = self.seen.get_mut(observed.observation() as usize);
        if let Some(seen) = tables.and_then(|table| table.get_mut(observed.row())) {
            seen.note(observed);
        }
        let last = self.sets.len() - 1;
        for key in [SourceKey::host(observed), SourceKey::network(observed)] {
            if let Some(set) = self.sets.get_mut(set_of(&key, last)) {
                set.note(&key, observed.now, identity);
            }
        }
    }

    /// The sets, in their order.
    #[must_use]
    pub fn sets(&self) -> &[SourceSet] {
        &self.sets
    }

    /// What was seen, by observation.
    #[must_use]
    pub fn seen(&self) -> &[SeenTable] {
        &self.seen
    }

    /// All of them, as those of several CPUs are summed up.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::new(self.sets.len());
        for (number, set) in self.sets.iter().enumerate() {
            summary.add(number, std::slice::from_ref(set));
        }
        summary
    }
}
