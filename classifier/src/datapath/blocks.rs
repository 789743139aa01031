//! The counter blocks of the interfaces: created, found by the programs, summed at a scrape.

use std::{collections::HashMap, os::fd::AsFd as _};

use aya::maps::{IterableMap as _, Map, MapData, MapError, PerCpuArray, PerCpuValues};
use classifier_common::{
    abi::{Direction, INTERFACES, MAP_COUNTERS, PROBES, place},
    counter::{Counters, WATCHED},
    packet::Link,
};

use super::{
    DatapathError, batch,
    reader::{Reader, Sums},
};
use crate::interfaces::Interface;

/// The inner map of an interface.
pub(super) type Block = PerCpuArray<MapData, Counters>;

/// The outer map, and which of its places are taken.
pub(super) struct Blocks {
    outer: MapData,
    taken: Vec<bool>,
    cpus: usize,
    /// Added to the link of every interface.
    mark: u32,
    /// Blocks in the outer map whose interfaces are still to be attached, by index.
    ready: HashMap<u32, InterfaceBlock>,
}

impl Blocks {
    /// With `watched`, no packet passes the programs' debug messages by.
    pub(super) fn new(outer: Map, watched: bool) -> Result<Self, DatapathError> {
        let Map::ArrayOfMaps(outer) = outer else { return Err(DatapathError::Missing(MAP_COUNTERS)) };
        let cpus = aya::util::nr_cpus()
            .map_err(|(_, cause)| DatapathError::System { what: "the number of CPUs", cause })?;
        let mark = if watched { WATCHED } else { 0 };
        Ok(Self { outer, taken: vec![false; INTERFACES], cpus, mark, ready: HashMap::new() })
    }

    /// Blocks in use.
    pub(super) fn len(&self) -> u64 {
        self.taken.iter().filter(|taken| **taken).count() as u64
    }

    /// Reads any of these blocks.
    pub(super) fn reader(&self) -> Reader {
        Reader::new(self.cpus)
    }

    /// Creates the counters of several interfaces at once: after each change of a map of maps the kernel waits until
    /// every CPU has passed through the scheduler (`maybe_wait_bpf_programs`), some milliseconds.
    ///
    /// Those that cannot be had are left to [`Self::create`], which says why.
    pub(super) fn prepare(&mut self, interfaces: &[Interface]) {
        let mut blocks = Vec::new();
        for interface in interfaces {
            let link = interface.link.unwrap_or(Link::Ethernet);
            if let Ok(block) = self.block(&interface.name, interface.index, link) {
                blocks.push((interface.index, block));
            }
        }
        let all: Vec<_> = blocks.iter().map(|(_, block)| block).collect();
        match self.put(&all) {
            Ok(()) => self.ready.extend(blocks),
            Err(_) => blocks.iter().for_each(|(_, block)| self.release(block)),
        }
    }

    /// Creates the counters of an interface where its index leads to.
    pub(super) fn create(
        &mut self,
        name: &str,
        index: u32,
        link: Link,
    ) -> Result<InterfaceBlock, DatapathError> {
        if let Some(block) = self.ready.remove(&index) {
            return Ok(block);
        }
        let block = self.block(name, index, link)?;
        self.put(&[&block]).inspect_err(|_| self.release(&block))?;
        Ok(block)
    }

    /// Gives the place of an interface that is not counted after all to the next one.
    pub(super) fn release(&mut self, block: &InterfaceBlock) {
        self.taken[block.place as usize] = false;
    }

    /// A block with a place, which nobody finds there yet.
    fn block(&mut self, name: &str, index: u32, link: Link) -> Result<InterfaceBlock, DatapathError> {
        let free = (0..PROBES).map(|probe| place(index, probe)).find(|place| !self.taken[*place as usize]);
        let place = free.ok_or_else(|| DatapathError::Full(name.to_owned()))?;
        let error = |cause| DatapathError::map(MAP_COUNTERS, cause);
        let mut block = Block::create(2, 0).map_err(error)?;
        for direction in Direction::ALL {
            let empty = vec![Counters::new(index, link as u32 | self.mark); self.cpus];
            let empty = PerCpuValues::try_from(empty).map_err(|cause| error(MapError::IoError(cause)))?;
            block.set(direction as u32, empty, 0).map_err(error)?;
        }
        self.taken[place as usize] = true;
        Ok(InterfaceBlock { block, place })
    }

    /// Puts blocks where the programs look for them.
    fn put(&self, blocks: &[&InterfaceBlock]) -> Result<(), DatapathError> {
        let places: Vec<_> = blocks.iter().map(|block| block.place).collect();
        let maps: Vec<_> = blocks.iter().map(|block| block.block.map().fd().as_fd()).collect();
        batch::put(self.outer.fd().as_fd(), &places, &maps)
            .map_err(|cause| DatapathError::map(MAP_COUNTERS, MapError::IoError(cause)))
    }
}

/// The counters of one interface, in both directions.
pub(super) struct InterfaceBlock {
    block: Block,
    place: u32,
}

impl InterfaceBlock {
    /// The counters of both directions, summed over the CPUs.
    pub(super) fn read(&self, reader: &mut Reader) -> Result<Sums, MapError> {
        reader.read(self.block.map().fd().as_fd())
    }
}
