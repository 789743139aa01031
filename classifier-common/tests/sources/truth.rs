// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Comparison of several CPUs' sources with exact counts.

use std::collections::HashMap;

use classifier_common::evidence::{
    HostSources, Observed, SOURCE_BUCKETS, Source, SourceBucket, SourceKey, Summary, bucket_of,
};

/// Sources counted by several CPUs.
pub struct Counted {
    cpus: Vec<HostSources>,
    /// Table that is compared.
    table: fn(&HostSources) -> &[SourceBucket],
    /// True if a table of another size existed before: not all counts then stand for observations here.
    is_carried: bool,
}

impl Counted {
    /// Creates `cpus` CPUs with `buckets` buckets each.
    pub fn new(cpus: usize, buckets: usize) -> Self {
        Self { cpus: vec![HostSources::new(buckets); cpus], table: HostSources::buckets, is_carried: false }
    }

    /// Creates `cpus` CPUs, to compare their other services.
    pub fn of_services(cpus: usize) -> Self {
        Self { table: HostSources::service_buckets, ..Self::new(cpus, SOURCE_BUCKETS) }
    }

    /// Continues with the same CPUs and `buckets` buckets. The first CPU gets all previous sources.
    pub fn carried(&self, buckets: usize) -> Self {
        let mut cpus = vec![HostSources::new(buckets); self.cpus.len()];
        cpus[0] = HostSources::carried(self.summary(), buckets);
        Self { cpus, is_carried: true, ..*self }
    }

    /// Notes an observation of a CPU.
    pub fn note(&mut self, cpu: usize, observed: &Observed) {
        self.cpus[cpu].note(observed);
    }

    fn buckets(&self) -> usize {
        (self.table)(&self.cpus[0]).len()
    }

    /// Returns the size of the buckets in bytes.
    pub fn bytes(&self) -> usize {
        self.cpus.iter().map(|cpu| size_of_val((self.table)(cpu))).sum()
    }

    /// Returns the summary of all CPUs.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::new(self.buckets());
        for number in 0..self.buckets() {
            let by_cpu: Vec<SourceBucket> = self.cpus.iter().map(|cpu| (self.table)(cpu)[number]).collect();
            summary.add(number, &by_cpu);
        }
        summary
    }

    /// Checks all bounds of listed and unlisted keys. `exact` has every observed key once. Returns the listed
    /// keys.
    pub fn check(
        &self,
        exact: impl IntoIterator<Item = (SourceKey, u64)>,
    ) -> Result<HashMap<SourceKey, Source>, String> {
        let summary = self.summary();
        let listed: HashMap<_, _> = summary.sources().iter().map(|source| (source.key, *source)).collect();
        if listed.len() != summary.sources().len() {
            return Err("a key is listed twice".into());
        }
        let (unlisted, last) = (summary.unlisted(), self.buckets() - 1);
        let (mut found, mut sum) = (0, 0);
        for (key, exact) in exact {
            sum += exact;
            if let Some(source) = listed.get(&key) {
                found += 1;
                if exact > source.count || exact < source.count - source.error {
                    return Err(format!("{exact} of {source:?}"));
                }
            } else {
                let floor = summary.floors()[bucket_of(&key, last)];
                let stated = unlisted[usize::from(key.observation().expect("a known one").number())];
                if exact > floor || floor > stated {
                    return Err(format!("{exact} of {key:?}, which is not listed: {floor} of {stated}"));
                }
            }
        }
        if found != listed.len() {
            return Err(format!("{} listed that were never observed", listed.len() - found));
        }
        if self.is_carried {
            return Ok(listed);
        }
        self.check_floors()?;
        self.check_sums(sum)?;
        Ok(listed)
    }

    /// Checks that the least count of a bucket is at most its observations divided by its entries, on every
    /// CPU.
    fn check_floors(&self) -> Result<(), String> {
        for bucket in self.cpus.iter().flat_map(self.table) {
            let counts: u64 = bucket.sources.iter().map(|source| source.count).sum();
            if bucket.floor() > counts / bucket.sources.len() as u64 {
                return Err(format!("{counts} went to {bucket:?}"));
            }
        }
        Ok(())
    }

    /// Checks that counts add up to the observations: one host and one network each, or one service.
    fn check_sums(&self, exact: u64) -> Result<(), String> {
        let sources = self.cpus.iter().flat_map(self.table).flat_map(|bucket| &bucket.sources);
        let counted: u64 = sources.map(|source| source.count).sum();
        let seen: u64 = self.cpus.iter().flat_map(HostSources::seen).flatten().map(|seen| seen.number).sum();
        // Other services have no row in the second table.
        if counted == exact && (seen == 0 || 2 * seen == exact) {
            Ok(())
        } else {
            Err(format!("{counted}, {seen}, {exact}"))
        }
    }
}
