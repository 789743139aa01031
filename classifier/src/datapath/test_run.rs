// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs programs on packets of no interface by `BPF_PROG_TEST_RUN`, with counters for them.

use std::cell::RefCell;

use aya::programs::Program;
use classifier_common::{
    abi::{Direction, MAP_COUNTERS, MAP_FRAGMENTS},
    counter::Counters,
    packet::Link,
};

use super::{Datapath, DatapathError, blocks::InterfaceBlock, object::FREE, reader::Reader};
use crate::snapshot::ReadError;

impl Datapath {
    /// Creates counters for an index that no attached interface has, for `BPF_PROG_TEST_RUN`.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the map.
    pub fn counters_for(&mut self, index: u32, link: Link) -> Result<TestCounters, DatapathError> {
        let block = self.blocks.create("test", index, link)?;
        Ok(TestCounters { block, reader: self.blocks.reader().into() })
    }

    /// Loads and returns the program of this name.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the program, or none has this name.
    pub fn program(&mut self, name: &'static str) -> Result<&Program, DatapathError> {
        self.programs.load(name)?;
        self.programs.get(name).ok_or(DatapathError::Missing(name))
    }

    /// Returns the program of this name, if it is loaded.
    #[must_use]
    pub fn loaded_program(&self, name: &str) -> Option<&Program> {
        self.programs.get(name)
    }

    /// Forgets every first fragment, as in a freshly loaded map.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read or change the map.
    pub fn clear_fragments(&mut self) -> Result<(), ReadError> {
        let refused = ReadError::map(MAP_FRAGMENTS);
        if self.remembered.get(&0, 0).map_err(&refused)? == 0 {
            return Ok(());
        }
        let mut buckets = 0..self.fragments.len();
        buckets.try_for_each(|bucket| self.fragments.set(bucket, FREE, 0)).map_err(&refused)?;
        self.remembered.set(0, 0, 0).map_err(&refused)
    }
}

/// Counters that tests and benchmarks read.
pub struct TestCounters {
    block: InterfaceBlock,
    reader: RefCell<Reader>,
}

impl TestCounters {
    /// Changes the link type of the frames.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read or write the map.
    pub fn set_link(&mut self, link: Link) -> Result<(), DatapathError> {
        self.block.set_link(link)
    }

    /// Reads the counters of a direction, summed over the CPUs.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn read(&self, direction: Direction) -> Result<Box<Counters>, ReadError> {
        let [ingress, egress] = self.read_both()?;
        Ok(match direction {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
        })
    }

    /// Reads the counters of both directions, as a scrape does.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn read_both(&self) -> Result<[Box<Counters>; 2], ReadError> {
        self.block.read(&mut self.reader.borrow_mut()).map_err(ReadError::map(MAP_COUNTERS))
    }
}
