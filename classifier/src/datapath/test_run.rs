//! Packets that no interface sees, put through a program by `BPF_PROG_TEST_RUN`: what they count into, and what is left of
//! those before them.

use std::cell::RefCell;

use aya::programs::Program;
use classifier_common::{
    abi::{Direction, MAP_COUNTERS, MAP_FRAGMENTS},
    counter::Counters,
    packet::Link,
};

use super::{Datapath, DatapathError, blocks::InterfaceBlock, reader::Reader};
use crate::counters::ReadError;

impl Datapath {
    /// Counters for an index that no attached interface has: what `BPF_PROG_TEST_RUN` counts into.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the map.
    pub fn counters_for(&mut self, index: u32, link: Link) -> Result<TestCounters, DatapathError> {
        let block = self.blocks.create("test", index, link)?;
        Ok(TestCounters { block, reader: self.blocks.reader().into() })
    }

    /// Loads the program of this name, and gives it.
    ///
    /// # Errors
    ///
    /// When the kernel refuses it, or there is none of this name.
    pub fn program(&mut self, name: &'static str) -> Result<&Program, DatapathError> {
        self.programs.load(name)?;
        self.programs.get(name).ok_or(DatapathError::Missing(name))
    }

    /// Forgets every first fragment, as a program that has just been loaded.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read or change the map.
    pub fn forget_fragments(&mut self) -> Result<(), ReadError> {
        let refused = ReadError::map(MAP_FRAGMENTS);
        let keys = self.fragments.keys().collect::<Result<Vec<_>, _>>().map_err(&refused)?;
        keys.iter().try_for_each(|key| self.fragments.remove(key)).map_err(&refused)
    }
}

/// Counters that tests and benchmarks read by themselves.
pub struct TestCounters {
    block: InterfaceBlock,
    reader: RefCell<Reader>,
}

impl TestCounters {
    /// From now on, frames begin with something else.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read or write the map.
    pub fn set_link(&mut self, link: Link) -> Result<(), DatapathError> {
        self.block.set_link(link)
    }

    /// The counters of a direction, summed over the CPUs.
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

    /// The counters of both directions, as a scrape reads them.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn read_both(&self) -> Result<[Box<Counters>; 2], ReadError> {
        self.block.read(&mut self.reader.borrow_mut()).map_err(ReadError::map(MAP_COUNTERS))
    }
}
