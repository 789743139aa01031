//! What the agent counts itself of what it does in the kernel's stead, in memory that outlives it.
#![expect(unsafe_code, reason = "the numbers are memory that the kernel keeps")]

use std::{
    os::fd::{AsFd as _, AsRawFd as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use aya::maps::{Array, IterableMap as _, MapData, MapError};
use classifier_common::control::{TALLIES, Tallies, Tally};
use memmap2::{MmapOptions, MmapRaw};

use super::PinError;

/// Name under which the numbers are pinned.
pub(super) const OWN: &str = "AGENT";

/// `BPF_F_MMAPABLE`
const MMAPABLE: u32 = 1 << 10;

/// Numbers that a histogram of times may have: its buckets, those above the last one, and the sum.
pub const TIMES: usize = 16;

/// Room for the tracking's numbers, and for two histograms of times.
const NUMBERS: usize = TALLIES + 2 * TIMES;

type Numbers = [u64; NUMBERS];

/// The numbers, mapped for as long as this lives.
pub struct Own {
    memory: MmapRaw,
    /// The map behind the memory, to be pinned; `None` where nothing is.
    map: Option<Array<MapData, Numbers>>,
}

impl Own {
    /// All 0, to end with this process.
    ///
    /// # Errors
    ///
    /// When the system has no memory.
    pub fn unpinned() -> std::io::Result<Self> {
        let memory = MmapOptions::new().len(size_of::<Numbers>()).map_anon()?;
        Ok(Self { memory: memory.into(), map: None })
    }

    /// All 0, to be pinned.
    pub(super) fn create(pin: &Path) -> Result<Self, PinError> {
        let map = Array::create(1, MMAPABLE).map_err(PinError::of::<MapError>("create", pin))?;
        Self::over(map, pin)
    }

    /// Those that are pinned.
    pub(super) fn open(pin: &Path) -> Result<Self, PinError> {
        let map = MapData::from_pin(pin).and_then(aya::maps::Map::from_map_data).and_then(Array::try_from);
        Self::over(map.map_err(PinError::of("open", pin))?, pin)
    }

    fn over(map: Array<MapData, Numbers>, pin: &Path) -> Result<Self, PinError> {
        let memory = MmapOptions::new().len(size_of::<Numbers>()).map_raw(map.map().fd().as_fd().as_raw_fd());
        Ok(Self { memory: memory.map_err(PinError::refused("map", pin))?, map: Some(map) })
    }

    /// Pins them.
    pub(super) fn pin(&self, pin: &Path) -> Result<(), PinError> {
        self.map.as_ref().map_or(Ok(()), |map| map.map().pin(pin).map_err(PinError::of("pin", pin)))
    }

    /// Adds to one of the tracking's numbers.
    pub fn add(&self, tally: Tally, number: u64) {
        self.number(tally as usize).fetch_add(number, Ordering::Relaxed);
    }

    /// The tracking's numbers.
    #[must_use]
    pub fn tallies(&self) -> Tallies {
        std::array::from_fn(|index| self.number(index).load(Ordering::Relaxed))
    }

    /// One of the numbers of the `nth` histogram of times.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn time(&self, nth: usize, number: usize) -> &AtomicU64 {
        assert!(number < TIMES, "number {number} of {TIMES}");
        self.number(TALLIES + nth * TIMES + number)
    }

    fn number(&self, index: usize) -> &AtomicU64 {
        assert!(index < NUMBERS, "number {index} of {NUMBERS}");
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
        // SAFETY: the mapping is as long as `Numbers` and aligned as the page is, the index was checked, and only
        // atomics are made of it.
        unsafe {
            &*self.memory.as_ptr().cast::<AtomicU64>().add(index)
        }
    }
}

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Own").field("tallies", &self.tallies()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_and_times_do_not_share_a_number() {
        let own = Own::unpinned().expect("a page");
        for tally in Tally::ALL {
            own.add(tally, 1);
        }
        own.time(0, 0).fetch_add(5, Ordering::Relaxed);
        own.time(1, TIMES - 1).fetch_add(7, Ordering::Relaxed);
        assert!(Tally::ALL.iter().all(|tally| own.tallies()[*tally as usize] == 1));
        assert_eq!((own.time(0, 0).load(Ordering::Relaxed), own.time(0, 1).load(Ordering::Relaxed)), (5, 0));
        assert_eq!(own.time(1, TIMES - 1).load(Ordering::Relaxed), 7);
    }
}
