//! The counter blocks of the interfaces: created, found by the programs, summed at a scrape.

use aya::maps::{ArrayOfMaps, MapData, MapError, PerCpuArray, PerCpuValues};
use classifier_common::{
    abi::{Direction, INTERFACES, MAP_COUNTERS, PROBES, place},
    counter::{Counters, WATCHED},
    packet::Link,
};

use super::DatapathError;

/// The inner map of an interface.
pub(super) type Block = PerCpuArray<MapData, Counters>;

/// The outer map, and which of its places are taken.
pub(super) struct Blocks {
    outer: ArrayOfMaps<MapData, Block>,
    taken: Vec<bool>,
    cpus: usize,
    /// Added to the link of every interface.
    mark: u32,
}

impl Blocks {
    /// With `watched`, no packet passes the programs' debug messages by.
    pub(super) fn new(outer: ArrayOfMaps<MapData, Block>, watched: bool) -> Result<Self, DatapathError> {
        let cpus = aya::util::nr_cpus()
            .map_err(|(_, cause)| DatapathError::System { what: "the number of CPUs", cause })?;
        Ok(Self { outer, taken: vec![false; INTERFACES], cpus, mark: if watched { WATCHED } else { 0 } })
    }

    /// Blocks in use.
    pub(super) fn len(&self) -> u64 {
        self.taken.iter().filter(|taken| **taken).count() as u64
    }

    /// Creates the counters of an interface where its index leads to.
    pub(super) fn create(
        &mut self,
        name: &str,
        index: u32,
        link: Link,
    ) -> Result<InterfaceBlock, DatapathError> {
        let free = (0..PROBES).map(|probe| place(index, probe)).find(|place| !self.taken[*place as usize]);
        let place = free.ok_or_else(|| DatapathError::Full(name.to_owned()))?;
        let error = |cause| DatapathError::map(MAP_COUNTERS, cause);
        let mut block = Block::create(2, 0).map_err(error)?;
        for direction in Direction::ALL {
            let empty = vec![Counters::new(index, link as u32 | self.mark); self.cpus];
            let empty = PerCpuValues::try_from(empty).map_err(|cause| error(MapError::IoError(cause)))?;
            block.set(direction as u32, empty, 0).map_err(error)?;
        }
        self.outer.set(place, &block, 0).map_err(error)?;
        self.taken[place as usize] = true;
        Ok(InterfaceBlock { block, place })
    }

    /// Gives the place of an interface that is not counted after all to the next one.
    pub(super) fn release(&mut self, block: &InterfaceBlock) {
        self.taken[block.place as usize] = false;
    }
}

/// The counters of one interface, in both directions.
pub(super) struct InterfaceBlock {
    block: Block,
    place: u32,
}

impl InterfaceBlock {
    /// The counters of a direction, summed over the CPUs.
    pub(super) fn read(&self, direction: Direction) -> Result<Box<Counters>, MapError> {
        let values = self.block.get(&(direction as u32), 0)?;
        let mut sum = Box::new(Counters::new(0, 0));
        for cpu in values.iter() {
            sum.merge(cpu);
        }
        Ok(sum)
    }
}
