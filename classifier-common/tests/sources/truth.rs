//! What several CPUs say of sources, held against what was.

use std::collections::HashMap;

use classifier_common::evidence::{HostSources, Observed, Source, SourceKey, SourceSet, Summary, set_of};

/// Sources as several CPUs count them.
pub struct Counted {
    cpus: Vec<HostSources>,
    /// A table of another size was before: then not all counts stand for something that was observed here.
    is_carried: bool,
}

impl Counted {
    /// By so many CPUs, each with so many sets.
    pub fn new(cpus: usize, sets: usize) -> Self {
        Self { cpus: vec![HostSources::new(sets); cpus], is_carried: false }
    }

    /// As many CPUs go on with so many sets: all that was before goes to the first.
    pub fn carried(&self, sets: usize) -> Self {
        let mut cpus = vec![HostSources::new(sets); self.cpus.len()];
        cpus[0] = HostSources::carried(self.summary(), sets);
        Self { cpus, is_carried: true }
    }

    /// An observation that a CPU makes.
    pub fn note(&mut self, cpu: usize, observed: &Observed) {
        self.cpus[cpu].note(observed);
    }

    fn sets(&self) -> usize {
        self.cpus[0].sets().len()
    }

    /// Bytes that the sets take.
    pub fn bytes(&self) -> usize {
        self.cpus.iter().map(|cpu| size_of_val(cpu.sets())).sum()
    }

    /// What the CPUs say together.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::new(self.sets());
        for number in 0..self.sets() {
            let by_cpu: Vec<SourceSet> = self.cpus.iter().map(|cpu| cpu.sets()[number]).collect();
            summary.add(number, &by_cpu);
        }
        summary
    }

    /// All that is stated holds, of what is listed and of what is not: `exact` has every key that was observed, once.
    /// Gives what is listed.
    pub fn check(
        &self,
        exact: impl IntoIterator<Item = (SourceKey, u64)>,
    ) -> Result<HashMap<SourceKey, Source>, String> {
        let summary = self.summary();
        let listed: HashMap<_, _> = summary.sources().iter().map(|source| (source.key, *source)).collect();
        if listed.len() != summary.sources().len() {
            return Err("a key is listed twice".into());
        }
        let (unlisted, last) = (summary.unlisted(), self.sets() - 1);
        let (mut found, mut sum) = (0, 0);
        for (key, exact) in exact {
            sum += exact;
            if let Some(source) = listed.get(&key) {
                found += 1;
                if exact > source.count || exact < source.count - source.error {
                    return Err(format!("{exact} of {source:?}"));
                }
            } else {
                let floor = summary.floors()[set_of(&key, last)];
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

    /// The least count of a set is at most what went to it, divided by its places, on every CPU.
    fn check_floors(&self) -> Result<(), String> {
        for set in self.cpus.iter().flat_map(HostSources::sets) {
            let counts: u64 = set.sources.iter().map(|source| source.count).sum();
            if set.floor() > counts / set.sources.len() as u64 {
                return Err(format!("{counts} went to {set:?}"));
            }
        }
        Ok(())
    }

    /// Counts add up to what was observed: a host and a network each.
    fn check_sums(&self, exact: u64) -> Result<(), String> {
        let sources = self.cpus.iter().flat_map(HostSources::sets).flat_map(|set| &set.sources);
        let counted: u64 = sources.map(|source| source.count).sum();
        let seen: u64 = self.cpus.iter().flat_map(HostSources::seen).flatten().map(|seen| seen.number).sum();
        if counted == exact && 2 * seen == exact {
            Ok(())
        } else {
            Err(format!("{counted}, {seen}, {exact}"))
        }
    }
}
