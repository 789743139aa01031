// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the sources and their observations from the kernel's maps.

use std::io;

use aya::maps::{Map, MapData, MapError, PerCpuArray, PerCpuValues};
use classifier_common::{
    abi::{MAP_SEEN, MAP_SERVICES, MAP_SOURCES},
    evidence::{Observation, SEEN_ROWS, SOURCE_WAYS, Seen, SeenTable, SourceBucket, Summary},
};

use super::DatapathError;
use crate::snapshot::{ReadError, SourceSums};

/// Attempts to read a set that changes while it is copied. A program takes less than a microsecond to change
/// one.
const LOOKS: usize = 16;

/// Least number of sets: one for each kind of observation.
const SETS_LEAST: u32 = 8;

/// Returns the number of sets for this many sources.
pub(super) fn sets(sources: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "there are sixteen")]
    const PLACES: u32 = SOURCE_WAYS as u32;
    sources.div_ceil(PLACES).next_power_of_two().max(SETS_LEAST)
}

/// The maps of the evidence.
pub struct SourceMaps {
    sources: PerCpuArray<MapData, SourceBucket>,
    seen: PerCpuArray<MapData, SeenTable>,
    services: PerCpuArray<MapData, SourceBucket>,
}

impl SourceMaps {
    /// Takes the maps out of the object, by name.
    pub(super) fn new(
        mut take: impl FnMut(&'static str) -> Result<Map, DatapathError>,
    ) -> Result<Self, DatapathError> {
        let of = |name| move |cause: MapError| DatapathError::map(name, cause);
        Ok(Self {
            sources: take(MAP_SOURCES)?.try_into().map_err(of(MAP_SOURCES))?,
            seen: take(MAP_SEEN)?.try_into().map_err(of(MAP_SEEN))?,
            services: take(MAP_SERVICES)?.try_into().map_err(of(MAP_SERVICES))?,
        })
    }

    /// Takes maps of this build's layout that were opened elsewhere.
    pub(super) const fn over(
        sources: PerCpuArray<MapData, SourceBucket>,
        seen: PerCpuArray<MapData, SeenTable>,
        services: PerCpuArray<MapData, SourceBucket>,
    ) -> Self {
        Self { sources, seen, services }
    }

    /// Copies the sources from a map of another size. No program may use these maps yet.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read that map, or to write this one.
    pub(super) fn carry(&mut self, before: MapData) -> Result<(), MapError> {
        let before = Self::summary_of(&PerCpuArray::try_from(Map::from_map_data(before)?)?)?;
        let cpus = aya::util::nr_cpus().map_err(|(_, cause)| MapError::IoError(cause))?;
        for (number, set) in (0..).zip(before.into_buckets(self.sources.len() as usize)) {
            let mut by_cpu = vec![SourceBucket::default(); cpus];
            if let Some(first) = by_cpu.first_mut() {
                *first = set;
            }
            let by_cpu = PerCpuValues::try_from(by_cpu).map_err(MapError::IoError)?;
            self.sources.set(number, by_cpu, 0)?;
        }
        Ok(())
    }

    /// Reads all sources, summed over the CPUs.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map.
    pub fn read(&self) -> Result<SourceSums, ReadError> {
        self.sums().map_err(|(map, cause)| ReadError::map(map)(cause))
    }

    /// Reads the connections to other services, summed over the CPUs.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn services(&self) -> Result<Summary, ReadError> {
        Self::summary_of(&self.services).map_err(ReadError::map(MAP_SERVICES))
    }

    /// Reads all sources, or names the map that cannot be read.
    pub(super) fn sums(&self) -> Result<SourceSums, (&'static str, MapError)> {
        let of = |map| move |cause| (map, cause);
        let summary = Self::summary_of(&self.sources).map_err(of(MAP_SOURCES))?;
        let seen = (0..).zip(Observation::ALL).map(|(number, _)| self.table(number));
        let seen = seen.collect::<Result<_, _>>().map_err(of(MAP_SEEN))?;
        let services = Self::summary_of(&self.services).map_err(of(MAP_SERVICES))?;
        Ok(SourceSums { summary, seen, services })
    }

    fn summary_of(map: &PerCpuArray<MapData, SourceBucket>) -> Result<Summary, MapError> {
        let sets = map.len();
        let mut summary = Summary::new(sets as usize);
        for number in 0..sets {
            summary.add(number as usize, &set(map, number)?);
        }
        Ok(summary)
    }

    fn table(&self, number: u32) -> Result<SeenTable, MapError> {
        let mut sum = [Seen::default(); SEEN_ROWS];
        for table in self.seen.get(&number, 0)?.iter() {
            for (sum, seen) in sum.iter_mut().zip(table) {
                *sum = sum.with(*seen);
            }
        }
        Ok(sum)
    }
}

/// Reads a set, consistent on each CPU.
fn set(map: &PerCpuArray<MapData, SourceBucket>, number: u32) -> Result<Vec<SourceBucket>, MapError> {
    let mut copies = Copies::default();
    for _ in 0..LOOKS {
        if let Some(whole) = copies.add(&map.get(&number, 0)?) {
            return Ok(whole);
        }
    }
    Err(MapError::IoError(io::Error::other("a set changed whenever it was looked at; look again")))
}

/// The consistent copies of a set, by CPU. Each CPU changes its own: one that was consistent at one look may
/// be torn at the next.
#[derive(Default)]
struct Copies(Vec<Option<SourceBucket>>);

impl Copies {
    /// Keeps the consistent copies of another look; returns all copies once there is one of each CPU.
    fn add(&mut self, look: &[SourceBucket]) -> Option<Vec<SourceBucket>> {
        self.0.resize(look.len(), None);
        for (kept, set) in self.0.iter_mut().zip(look) {
            if kept.is_none() && set.is_whole() {
                *kept = Some(*set);
            }
        }
        self.0.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use classifier_common::evidence::SOURCE_BUCKETS;

    use super::*;
    use crate::config::EvidenceSettings;

    /// At each look some CPU changes its copy, and every copy is consistent at some look.
    #[test]
    fn a_set_is_read_although_no_look_finds_it_whole_on_every_cpu() {
        let torn = SourceBucket { begun: 1, ..SourceBucket::default() };
        let mut copies = Copies::default();
        let look = |changing: &[usize]| {
            (0..4)
                .map(|cpu| if changing.contains(&cpu) { torn } else { SourceBucket::default() })
                .collect::<Vec<_>>()
        };
        assert!(copies.add(&look(&[0, 1, 2, 3])).is_none());
        assert!(copies.add(&look(&[0, 2])).is_none());
        assert!(copies.add(&look(&[1, 2])).is_none());
        let whole = copies.add(&look(&[0, 1, 3])).unwrap();
        assert!(whole.len() == 4 && whole.iter().all(SourceBucket::is_whole));
    }

    #[test]
    fn there_is_a_place_for_each_source_that_is_asked_for() {
        assert_eq!([1, 128, 129, 8192, 65_536].map(sets), [8, 8, 16, 512, 4096]);
        assert_eq!(sets(EvidenceSettings::default().max_sources) as usize, SOURCE_BUCKETS);
    }
}
