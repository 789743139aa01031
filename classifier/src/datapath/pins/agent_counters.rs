// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of the agent's own work, in memory that outlives the agent.
#![expect(unsafe_code, reason = "the numbers are memory that the kernel keeps")]

use std::{
    os::fd::{AsFd as _, AsRawFd as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use aya::maps::{Array, IterableMap as _, MapData, MapError};
use aya_obj::generated::BPF_F_MMAPABLE;
use classifier_common::control::{TALLIES, Tallies, Tally};
use memmap2::{MmapOptions, MmapRaw};

use super::PinError;

/// Name of the pin of the counters.
pub(super) const AGENT_PIN: &str = "AGENT";

/// Most numbers of a duration histogram: its buckets, the one above them, and the sum.
pub const TIMES: usize = 16;

/// Numbers in the map: tallies, and two duration histograms.
const NUMBERS: usize = TALLIES + TIMES_BY.len() * TIMES;

/// Upper bounds of the histogram buckets, in nanoseconds: from one microsecond to half a second, by a factor
/// of a little more than three.
pub const TIME_BOUNDS: [u64; 12] = [
    1_000,
    3_000,
    10_000,
    30_000,
    100_000,
    300_000,
    1_000_000,
    3_000_000,
    10_000_000,
    30_000_000,
    100_000_000,
    500_000_000,
];

/// The learners of data ports, in the order of the histograms.
pub const TIMES_BY: [&str; 2] = ["kernel", "agent"];

/// Names of the histograms' numbers, in their order.
pub(super) fn times() -> impl Iterator<Item = String> {
    let bounds = TIME_BOUNDS.map(|bound| bound.to_string());
    let numbers = bounds.into_iter().chain(["above".into(), "sum".into()]);
    let spare = (TIME_BOUNDS.len() + 2..TIMES).map(|number| format!("spare {number}"));
    let all: Vec<_> = numbers.chain(spare).collect();
    TIMES_BY
        .into_iter()
        .flat_map(move |by| all.clone().into_iter().map(move |number| format!("{by} {number}")))
}

type Numbers = [u64; NUMBERS];

/// Tallies and histograms of the agent, in mapped memory.
pub struct AgentCounters {
    memory: MmapRaw,
    /// Map behind the memory, to be pinned; `None` if nothing is pinned.
    map: Option<Array<MapData, Numbers>>,
}

impl AgentCounters {
    /// Creates counters that end with this process, all 0.
    ///
    /// # Errors
    ///
    /// When the system has no memory.
    pub fn unpinned() -> std::io::Result<Self> {
        let memory = MmapOptions::new().len(size_of::<Numbers>()).map_anon()?;
        Ok(Self { memory: memory.into(), map: None })
    }

    /// Creates counters to be pinned, all 0.
    pub(super) fn create(pin: &Path) -> Result<Self, PinError> {
        let map = Array::create(1, BPF_F_MMAPABLE).map_err(PinError::of::<MapError>("create", pin))?;
        Self::over(map, pin)
    }

    /// Opens the pinned counters.
    pub(super) fn open(pin: &Path) -> Result<Self, PinError> {
        let map = MapData::from_pin(pin).and_then(aya::maps::Map::from_map_data).and_then(Array::try_from);
        Self::over(map.map_err(PinError::of("open", pin))?, pin)
    }

    fn over(map: Array<MapData, Numbers>, pin: &Path) -> Result<Self, PinError> {
        let memory = MmapOptions::new().len(size_of::<Numbers>()).map_raw(map.map().fd().as_fd().as_raw_fd());
        Ok(Self { memory: memory.map_err(PinError::refused("map", pin))?, map: Some(map) })
    }

    /// Pins the counters.
    pub(super) fn pin(&self, pin: &Path) -> Result<(), PinError> {
        self.map.as_ref().map_or(Ok(()), |map| map.map().pin(pin).map_err(PinError::of("pin", pin)))
    }

    /// Adds to one of the tallies.
    pub fn add(&self, tally: Tally, number: u64) {
        self.number(tally as usize).fetch_add(number, Ordering::Relaxed);
    }

    /// Reads the tallies.
    #[must_use]
    pub fn tallies(&self) -> Tallies {
        std::array::from_fn(|index| self.number(index).load(Ordering::Relaxed))
    }

    /// Adds to the numbers of the histograms, in the order of [`times`].
    pub(super) fn add_times(&self, numbers: &[u64]) {
        for (index, number) in numbers.iter().enumerate() {
            self.number(TALLIES + index).fetch_add(*number, Ordering::Relaxed);
        }
    }

    /// Returns one of the numbers of the `nth` duration histogram.
    ///
    /// # Panics
    ///
    /// When the histogram has no such number.
    #[must_use]
    pub fn time(&self, nth: usize, number: usize) -> &AtomicU64 {
        assert!(number < TIMES, "number {number} of {TIMES}");
        self.number(TALLIES + nth * TIMES + number)
    }

    fn number(&self, index: usize) -> &AtomicU64 {
        assert!(index < NUMBERS, "number {index} of {NUMBERS}");
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
        // SAFETY: the mapping has the length of `Numbers` and the alignment of a page, the index was checked,
        // and every reference to it is to an atomic.
        unsafe {
            &*self.memory.as_ptr().cast::<AtomicU64>().add(index)
        }
    }
}

impl std::fmt::Debug for AgentCounters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentCounters").field("tallies", &self.tallies()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = times().collect();
        assert_eq!(names.len(), TIMES_BY.len() * TIMES);
        assert_eq!(times().next().as_deref(), Some("kernel 1000"));
        assert_eq!(times().nth(TIMES + TIME_BOUNDS.len()).as_deref(), Some("agent above"));
    }

    #[test]
    fn tallies_and_times_do_not_share_a_number() {
        let agent_counters = AgentCounters::unpinned().expect("a page");
        for tally in Tally::ALL {
            agent_counters.add(tally, 1);
        }
        agent_counters.time(0, 0).fetch_add(5, Ordering::Relaxed);
        agent_counters.time(1, TIMES - 1).fetch_add(7, Ordering::Relaxed);
        assert!(Tally::ALL.iter().all(|tally| agent_counters.tallies()[*tally as usize] == 1));
        assert_eq!(
            (
                agent_counters.time(0, 0).load(Ordering::Relaxed),
                agent_counters.time(0, 1).load(Ordering::Relaxed)
            ),
            (5, 0)
        );
        assert_eq!(agent_counters.time(1, TIMES - 1).load(Ordering::Relaxed), 7);
    }
}
