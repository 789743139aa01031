// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The counts of an interface, from its block and from what was counted under its name before.

use classifier_common::abi::MAP_COUNTERS;

use super::{
    blocks::InterfaceBlock,
    pins::InterfacePins,
    reader::{Reader, Sums},
};
use crate::snapshot::ReadError;

/// The counts of an interface.
pub(super) struct Counts {
    pub block: InterfaceBlock,
    /// Counts of other interfaces that had its name before, or of another layout.
    pub before: Option<Sums>,
    /// Pins of the counters, if pinned.
    pub pins: Option<InterfacePins>,
    /// Counts of other interfaces that had its name before, and that could not be read then.
    pub unread: Vec<Self>,
}

impl Counts {
    /// Creates the counts of a block alone.
    pub fn of(block: InterfaceBlock) -> Self {
        Self { block, before: None, pins: None, unread: Vec::new() }
    }

    /// Reads the counts.
    pub fn read(&self, reader: &mut Reader) -> Result<Sums, ReadError> {
        let sums = self.block.read(reader).map_err(ReadError::map(MAP_COUNTERS))?;
        let sums = sum(sums, self.before.as_ref());
        self.unread.iter().try_fold(sums, |sums, other| Ok(sum(sums, Some(&other.read(reader)?))))
    }

    /// Adds the final counts of another interface.
    pub fn add(&mut self, other: Self, reader: &mut Reader) {
        match other.read(reader) {
            Ok(sums) => self.before = Some(sum(sums, self.before.as_ref())),
            // They are read with every later read.
            Err(_) => self.unread.push(other),
        }
    }
}

/// Adds two sets of counts.
pub(super) fn sum(mut sums: Sums, more: Option<&Sums>) -> Sums {
    for (sum, more) in sums.iter_mut().zip(more.into_iter().flatten()) {
        sum.merge(more);
    }
    sums
}
