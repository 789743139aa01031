// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Manages the counter blocks of interfaces in the slots of a map of maps: inserts, retargets, evicts and
//! sums them.

use std::{collections::HashMap, iter, mem, os::fd::AsFd as _, path::Path};

use aya::maps::{HashMap as Hash, IterableMap as _, Map, MapData, MapError, PerCpuArray, PerCpuValues};
use classifier_common::{
    abi::{self, Direction, INTERFACES, MAP_COUNTERS, MAP_SLOTS, slot},
    counter::{Counters, WATCHED},
    packet::Link,
};

use super::{
    DatapathError, PinError, batch, inner_maps,
    reader::{Reader, Sums},
};
use crate::interfaces::Interface;

/// An interface index that no interface has.
const NO_INTERFACE: u32 = 0;

/// The inner map of an interface.
pub(super) type Block = PerCpuArray<MapData, Counters>;

/// Returns the kernel's number of a pinned map.
pub(super) fn number(map: &MapData) -> Result<u32, DatapathError> {
    map.info().map(|info| info.id()).map_err(|cause| DatapathError::map(MAP_COUNTERS, cause))
}

/// The outer map, and its occupied slots.
pub(super) struct Blocks {
    outer: MapData,
    /// Slots of interfaces that are not in the slot of their index, by index.
    displaced: Hash<MapData, u32, u32>,
    taken: Vec<bool>,
    cpus: usize,
    /// Bits that are added to the link type of every interface.
    mark: u32,
    /// Inserted blocks of interfaces that are not attached yet, by index.
    ready: HashMap<u32, InterfaceBlock>,
    /// Map in the slots of evicted blocks. It is created first: an eviction that needed a descriptor or memory for
    /// it could fail, and programs would go on with a block that nobody reads.
    placeholder: Block,
}

impl Blocks {
    /// Takes the maps. With `watched`, the programs write a debug message for every packet.
    pub(super) fn new(outer: Map, displaced: Map, watched: bool) -> Result<Self, DatapathError> {
        let Map::ArrayOfMaps(outer) = outer else { return Err(DatapathError::Missing(MAP_COUNTERS)) };
        let displaced = displaced.try_into().map_err(|cause| DatapathError::map(MAP_SLOTS, cause))?;
        let cpus = aya::util::nr_cpus()
            .map_err(|(_, cause)| DatapathError::System { what: "the number of CPUs", cause })?;
        let mark = if watched { WATCHED } else { 0 };
        let taken = vec![false; INTERFACES];
        let placeholder = empty(NO_INTERFACE, 0, cpus)?;
        Ok(Self { outer, displaced, taken, cpus, mark, ready: HashMap::new(), placeholder })
    }

    /// Opens the pinned counters of a previous agent, with their slot.
    pub(super) fn found(&mut self, pin: &Path) -> Result<InterfaceBlock, DatapathError> {
        let map = MapData::from_pin(pin).and_then(Map::from_map_data).map_err(refused)?;
        let block = Block::try_from(map).map_err(refused)?;
        let index = block.get(&(Direction::Ingress as u32), 0).map_err(refused)?;
        let index = index.first().map_or(NO_INTERFACE, |counters| counters.ifindex);
        let slot = self.slot_of(&block, index)?;
        if let Some(slot) = slot {
            self.taken[slot as usize] = true;
        }
        Ok(InterfaceBlock { block, index, slot })
    }

    /// Finds the slot of the block that counts for an index; `None` if no program finds the block.
    fn slot_of(&self, block: &Block, index: u32) -> Result<Option<u32>, DatapathError> {
        let number = number(block.map())?;
        for slot in iter::once(slot(index)).chain(self.displaced_to(index)?) {
            let there = inner_maps::number_at(self.outer.fd().as_fd(), slot);
            if there.map_err(|cause| refused(MapError::IoError(cause)))? == Some(number) {
                return Ok(Some(slot));
            }
        }
        Ok(None)
    }

    /// Finds the slot of an interface that is not in the slot of its index.
    fn displaced_to(&self, index: u32) -> Result<Option<u32>, DatapathError> {
        match self.displaced.get(&index, 0) {
            Ok(slot) => Ok(Some(slot)),
            Err(MapError::KeyNotFound) => Ok(None),
            Err(cause) => Err(DatapathError::map(MAP_SLOTS, cause)),
        }
    }

    /// Creates a block of no interface, which no program finds.
    pub(super) fn detached(&self) -> Result<InterfaceBlock, DatapathError> {
        Ok(InterfaceBlock { block: empty(NO_INTERFACE, 0, self.cpus)?, index: NO_INTERFACE, slot: None })
    }

    /// Number of blocks in use.
    pub(super) fn len(&self) -> u64 {
        self.taken.iter().filter(|taken| **taken).count() as u64
    }

    /// Creates a reader of these blocks.
    pub(super) fn reader(&self) -> Reader {
        Reader::new(self.cpus)
    }

    /// Creates the counter blocks of several interfaces at once. After each change of a map of maps the kernel
    /// waits until every CPU has passed through the scheduler (`maybe_wait_bpf_programs`), some milliseconds.
    ///
    /// [`Self::create`] tries again where this fails, and returns the reason.
    pub(super) fn prepare(&mut self, interfaces: &[Interface]) {
        let mut blocks = Vec::new();
        for interface in interfaces {
            let link = interface.link.unwrap_or(Link::Ethernet);
            if let Ok(block) = self.block(&interface.name, interface.index, link) {
                blocks.push((interface.index, block));
            }
        }
        let all: Vec<_> = blocks.iter().map(|(_, block)| block).collect();
        match self.insert(&all) {
            Ok(()) => self.ready.extend(blocks),
            Err(_) => blocks.iter().for_each(|(_, block)| self.release(block)),
        }
    }

    /// Evicts the prepared blocks that no interface has taken.
    pub(super) fn settle(&mut self) {
        let mut ready = mem::take(&mut self.ready);
        // Where the kernel has no memory, the blocks stay for the next time.
        if self.evict(ready.values_mut()).is_err() {
            self.ready = ready;
        }
    }

    /// Assigns blocks to these interfaces, and inserts them all at once. No program may use one of them. If
    /// one is refused, programs find none of them.
    pub(super) fn retarget(
        &mut self,
        moved: &mut [(&Interface, &mut InterfaceBlock)],
    ) -> Result<(), DatapathError> {
        self.evict(moved.iter_mut().map(|(_, block)| &mut **block))?;
        let set = moved.iter_mut().try_for_each(|(interface, block)| self.retarget_one(interface, block));
        let all: Vec<_> = moved.iter().map(|(_, block)| &**block).collect();
        set.and_then(|()| self.insert(&all)).inspect_err(|_| {
            for (_, block) in moved.iter_mut() {
                self.release(block);
                block.slot = None;
            }
        })
    }

    fn retarget_one(
        &mut self,
        interface: &Interface,
        block: &mut InterfaceBlock,
    ) -> Result<(), DatapathError> {
        let slot = self.free_slot(&interface.name, interface.index)?;
        self.set_interface(&mut block.block, interface)?;
        self.taken[slot as usize] = true;
        (block.index, block.slot) = (interface.index, Some(slot));
        Ok(())
    }

    /// Evicts blocks from their slots, all at once as in [`Self::prepare`]; no program uses them when this
    /// returns. The counters can still be read. Where the kernel has no memory, the blocks keep their
    /// slots.
    pub(super) fn evict<'b>(
        &mut self,
        blocks: impl IntoIterator<Item = &'b mut InterfaceBlock>,
    ) -> Result<(), DatapathError> {
        let found: Vec<_> = blocks.into_iter().filter(|block| block.slot.is_some()).collect();
        if found.is_empty() {
            return Ok(());
        }
        let slots: Vec<_> = found.iter().filter_map(|block| block.slot).collect();
        let maps = vec![self.placeholder.map().fd().as_fd(); slots.len()];
        batch::put(self.outer.fd().as_fd(), &slots, &maps)
            .map_err(|cause| refused(MapError::IoError(cause)))?;
        for (block, slot) in found.into_iter().zip(slots) {
            if slot != abi::slot(block.index) {
                // A stale entry is harmless: its block names another interface.
                let _ = self.displaced.remove(&block.index);
            }
            self.taken[slot as usize] = false;
            block.slot = None;
        }
        Ok(())
    }

    /// Allocates the counter block of an interface, and inserts it.
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
        self.insert(&[&block]).inspect_err(|_| self.release(&block))?;
        Ok(block)
    }

    /// Frees a slot in which nothing was inserted.
    fn release(&mut self, block: &InterfaceBlock) {
        if let Some(slot) = block.slot {
            self.taken[slot as usize] = false;
        }
    }

    /// Allocates a block with a slot, in which no program finds it yet.
    fn block(&mut self, name: &str, index: u32, link: Link) -> Result<InterfaceBlock, DatapathError> {
        let slot = self.free_slot(name, index)?;
        let block = empty(index, link as u32 | self.mark, self.cpus)?;
        self.taken[slot as usize] = true;
        Ok(InterfaceBlock { block, index, slot: Some(slot) })
    }

    /// Returns the slot of the interface's index, or the next free one.
    fn free_slot(&self, name: &str, index: u32) -> Result<u32, DatapathError> {
        #[expect(clippy::cast_possible_truncation, reason = "4096 fits")]
        const COUNT: u32 = INTERFACES as u32;
        let mut slots = (0..COUNT).map(|further| slot(index.wrapping_add(further)));
        slots.find(|slot| !self.taken[*slot as usize]).ok_or_else(|| DatapathError::Full(name.to_owned()))
    }

    /// Writes the index and the link type of an interface into a block.
    fn set_interface(&self, block: &mut Block, interface: &Interface) -> Result<(), DatapathError> {
        let link = interface.link.unwrap_or(Link::Ethernet) as u32 | self.mark;
        for direction in Direction::ALL {
            let mut values = block.get(&(direction as u32), 0).map_err(refused)?.to_vec();
            for counters in &mut values {
                (counters.ifindex, counters.link) = (interface.index, link);
            }
            write(block, direction, values)?;
        }
        Ok(())
    }

    /// Inserts blocks in their slots of the outer map.
    fn insert(&mut self, blocks: &[&InterfaceBlock]) -> Result<(), DatapathError> {
        let found = blocks.iter().filter_map(|block| Some((block.slot?, block.block.map().fd().as_fd())));
        let (slots, maps): (Vec<_>, Vec<_>) = found.unzip();
        if slots.is_empty() {
            return Ok(());
        }
        batch::put(self.outer.fd().as_fd(), &slots, &maps)
            .map_err(|cause| refused(MapError::IoError(cause)))?;
        let displaced = blocks.iter().filter_map(|block| Some((block.index, block.slot?)));
        for (index, slot) in displaced.filter(|(index, slot)| *slot != abi::slot(*index)) {
            self.displaced.insert(index, slot, 0).map_err(|cause| DatapathError::map(MAP_SLOTS, cause))?;
        }
        Ok(())
    }
}

/// Creates a block of zeros for an interface.
fn empty(index: u32, link: u32, cpus: usize) -> Result<Block, DatapathError> {
    let mut block = Block::create(2, 0).map_err(refused)?;
    for direction in Direction::ALL {
        write(&mut block, direction, vec![Counters::new(index, link); cpus])?;
    }
    Ok(block)
}

/// Writes a direction's values, one for each CPU.
fn write(block: &mut Block, direction: Direction, values: Vec<Counters>) -> Result<(), DatapathError> {
    let values = PerCpuValues::try_from(values).map_err(|cause| refused(MapError::IoError(cause)))?;
    block.set(direction as u32, values, 0).map_err(refused)
}

fn refused(cause: MapError) -> DatapathError {
    DatapathError::map(MAP_COUNTERS, cause)
}

/// The counter block of one interface, both directions.
pub(super) struct InterfaceBlock {
    block: Block,
    /// Index of the interface that the block counts for.
    index: u32,
    /// Slot in the outer map; `None` while no program finds the block.
    slot: Option<u32>,
}

impl InterfaceBlock {
    /// Pins the block.
    pub(super) fn pin(&self, pin: &Path) -> Result<(), PinError> {
        self.block.map().pin(pin).map_err(PinError::of("pin", pin))
    }

    /// Changes the link type of the counted interface.
    pub(super) fn set_link(&mut self, link: Link) -> Result<(), DatapathError> {
        for direction in Direction::ALL {
            let mut values = self.block.get(&(direction as u32), 0).map_err(refused)?.to_vec();
            for counters in &mut values {
                counters.link = link as u32;
            }
            write(&mut self.block, direction, values)?;
        }
        Ok(())
    }

    /// Index of the interface that the block counts for, or counted for last.
    pub(super) const fn index(&self) -> u32 {
        self.index
    }

    /// Tells whether the programs find the block for this interface.
    pub(super) fn is_of(&self, index: u32) -> bool {
        self.slot.is_some() && self.index == index
    }

    /// Reads the counters of both directions, summed over the CPUs.
    pub(super) fn read(&self, reader: &mut Reader) -> Result<Sums, MapError> {
        reader.read(self.block.map().fd().as_fd())
    }
}
