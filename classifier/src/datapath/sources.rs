//! The sources and what was seen of them, read from the kernel's maps.

use std::io;

use aya::maps::{Map, MapData, MapError, PerCpuArray, PerCpuValues};
use classifier_common::{
    abi::{MAP_SEEN, MAP_SOURCES},
    evidence::{Observation, SEEN_ROWS, SOURCE_WAYS, Seen, SeenTable, SourceSet, Summary},
};

use super::DatapathError;
use crate::{
    config::ProtocolNames,
    counters::ReadError,
    evidence::{Clock, Evidence},
};

/// Looks at a set that changes while it is copied, which takes a program less than a microsecond.
const LOOKS: usize = 16;

/// Fewer sets than this are not one for each thing that is observed.
const SETS_LEAST: u32 = 8;

/// Sets that so many sources need.
pub(super) fn sets(sources: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "there are sixteen")]
    const PLACES: u32 = SOURCE_WAYS as u32;
    sources.div_ceil(PLACES).next_power_of_two().max(SETS_LEAST)
}

/// What the two maps hold, summed up over the CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSums {
    /// Whom things were observed of.
    pub summary: Summary,
    /// How often and when, by [`Observation`].
    pub seen: Vec<SeenTable>,
}

impl SourceSums {
    /// With the names of protocols, and times of the calendar.
    #[must_use]
    pub fn evidence(&self, names: &ProtocolNames, clock: Clock) -> Evidence {
        Evidence::of(&self.summary, &self.seen, names, clock)
    }
}

/// The two maps.
pub struct SourceMaps {
    sources: PerCpuArray<MapData, SourceSet>,
    seen: PerCpuArray<MapData, SeenTable>,
}

impl SourceMaps {
    /// Takes them, by name.
    pub(super) fn new(
        mut take: impl FnMut(&'static str) -> Result<Map, DatapathError>,
    ) -> Result<Self, DatapathError> {
        let of = |name| move |cause: MapError| DatapathError::map(name, cause);
        Ok(Self {
            sources: take(MAP_SOURCES)?.try_into().map_err(of(MAP_SOURCES))?,
            seen: take(MAP_SEEN)?.try_into().map_err(of(MAP_SEEN))?,
        })
    }

    /// Of two maps that were found elsewhere, of this build's layout.
    pub(super) const fn over(
        sources: PerCpuArray<MapData, SourceSet>,
        seen: PerCpuArray<MapData, SeenTable>,
    ) -> Self {
        Self { sources, seen }
    }

    /// Goes on from a map of another size. No program may know these maps yet.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read that map, or to write this one.
    pub(super) fn carry(&mut self, before: MapData) -> Result<(), MapError> {
        let before = Self::summary_of(&PerCpuArray::try_from(Map::from_map_data(before)?)?)?;
        let cpus = aya::util::nr_cpus().map_err(|(_, cause)| MapError::IoError(cause))?;
        for (number, set) in (0..).zip(before.into_sets(self.sources.len() as usize)) {
            let mut by_cpu = vec![SourceSet::default(); cpus];
            if let Some(first) = by_cpu.first_mut() {
                *first = set;
            }
            let by_cpu = PerCpuValues::try_from(by_cpu).map_err(MapError::IoError)?;
            self.sources.set(number, by_cpu, 0)?;
        }
        Ok(())
    }

    /// All that they hold, summed up over the CPUs.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map.
    pub fn read(&self) -> Result<SourceSums, ReadError> {
        self.sums().map_err(|(map, cause)| ReadError::map(map)(cause))
    }

    /// The same, or the map that cannot be read.
    pub(super) fn sums(&self) -> Result<SourceSums, (&'static str, MapError)> {
        let of = |map| move |cause| (map, cause);
        let summary = Self::summary_of(&self.sources).map_err(of(MAP_SOURCES))?;
        let seen = (0..).zip(Observation::ALL).map(|(number, _)| self.table(number));
        let seen = seen.collect::<Result<_, _>>().map_err(of(MAP_SEEN))?;
        Ok(SourceSums { summary, seen })
    }

    fn summary_of(map: &PerCpuArray<MapData, SourceSet>) -> Result<Summary, MapError> {
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

/// A set, as each CPU has it at one moment.
fn set(map: &PerCpuArray<MapData, SourceSet>, number: u32) -> Result<Vec<SourceSet>, MapError> {
    for _ in 0..LOOKS {
        let by_cpu = map.get(&number, 0)?;
        if by_cpu.iter().all(SourceSet::is_whole) {
            return Ok(by_cpu.to_vec());
        }
    }
    Err(MapError::IoError(io::Error::other("a set changed whenever it was looked at; look again")))
}

#[cfg(test)]
mod tests {
    use classifier_common::evidence::SOURCE_SETS;

    use super::*;
    use crate::config::EvidenceSettings;

    #[test]
    fn there_is_a_place_for_each_source_that_is_asked_for() {
        assert_eq!([1, 128, 129, 8192, 65_536].map(sets), [8, 8, 16, 512, 4096]);
        assert_eq!(sets(EvidenceSettings::default().max_sources) as usize, SOURCE_SETS);
    }
}
