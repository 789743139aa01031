// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads an interface's counters, both directions and every CPU, in one system call, and sums them.

use std::os::fd::BorrowedFd;

use aya::maps::MapError;
use classifier_common::{abi::Direction, counter::Counters};

use super::batch;

/// The counters of an interface by direction, in the order of [`Direction::ALL`].
pub type Sums = [Box<Counters>; Direction::ALL.len()];

/// Buffer for the counters of one interface. It is used for many: it has 34 KiB for each CPU.
pub(super) struct Reader {
    /// Values by direction, then by CPU.
    values: Vec<Counters>,
}

impl Reader {
    /// Creates a reader for this number of CPUs.
    pub(super) fn new(cpus: usize) -> Self {
        Self { values: vec![Counters::new(0, 0); Direction::ALL.len() * cpus] }
    }

    /// Reads the two values of an interface's map.
    pub(super) fn read(&mut self, block: BorrowedFd<'_>) -> Result<Sums, MapError> {
        batch::counters(block, &mut self.values).map_err(MapError::IoError)?;
        let cpus = self.values.len() / Direction::ALL.len();
        let sum = |direction: Direction| {
            let mut values = self.values.iter().skip(direction as usize * cpus).take(cpus);
            let mut sum = Box::new(values.next().map_or_else(|| Counters::new(0, 0), |first| *first));
            values.for_each(|value| sum.merge(value));
            sum
        };
        Ok(Direction::ALL.map(sum))
    }
}
