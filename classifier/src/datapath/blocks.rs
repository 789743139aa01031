//! The counter blocks of the interfaces: created, found by the programs, summed at a scrape, moved, taken away.

use std::{collections::HashMap, mem, os::fd::AsFd as _, path::Path};

use aya::maps::{IterableMap as _, Map, MapData, MapError, PerCpuArray, PerCpuValues};
use classifier_common::{
    abi::{Direction, INTERFACES, MAP_COUNTERS, PROBES, place},
    counter::{Counters, WATCHED},
    packet::Link,
};

use super::{
    DatapathError, PinError, batch, housed,
    reader::{Reader, Sums},
    takeover,
};
use crate::interfaces::Interface;

/// An index that no interface has.
const NOBODY: u32 = 0;

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
    /// What stands where a block was taken away; made with the first.
    nobody: Option<Block>,
}

impl Blocks {
    /// With `watched`, no packet passes the programs' debug messages by.
    pub(super) fn new(outer: Map, watched: bool) -> Result<Self, DatapathError> {
        let Map::ArrayOfMaps(outer) = outer else { return Err(DatapathError::Missing(MAP_COUNTERS)) };
        let cpus = aya::util::nr_cpus()
            .map_err(|(_, cause)| DatapathError::System { what: "the number of CPUs", cause })?;
        let mark = if watched { WATCHED } else { 0 };
        Ok(Self { outer, taken: vec![false; INTERFACES], cpus, mark, ready: HashMap::new(), nobody: None })
    }

    /// The counters that an agent before has pinned, where they stand.
    pub(super) fn found(&mut self, pin: &Path) -> Result<InterfaceBlock, DatapathError> {
        let map = MapData::from_pin(pin).and_then(Map::from_map_data).map_err(refused)?;
        let block = Block::try_from(map).map_err(refused)?;
        let index = block.get(&(Direction::Ingress as u32), 0).map_err(refused)?;
        let index = index.first().map_or(NOBODY, |counters| counters.ifindex);
        let place = self.whereabouts(&block, index)?;
        if let Some(place) = place {
            self.taken[place as usize] = true;
        }
        Ok(InterfaceBlock { block, index, place })
    }

    /// Where a block stands that counts for an index; `None` if no program finds it.
    fn whereabouts(&self, block: &Block, index: u32) -> Result<Option<u32>, DatapathError> {
        let number = takeover::number(block.map())?;
        for place in (0..PROBES).map(|probe| place(index, probe)) {
            let there = housed::number_at(self.outer.fd().as_fd(), place);
            if there.map_err(|cause| refused(MapError::IoError(cause)))? == Some(number) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Counters of no interface, which no program finds.
    pub(super) fn unhoused(&self) -> Result<InterfaceBlock, DatapathError> {
        Ok(InterfaceBlock { block: self.empty(NOBODY, 0)?, index: NOBODY, place: None })
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

    /// Gives back the blocks that nobody asked for.
    pub(super) fn settle(&mut self) {
        let mut ready = mem::take(&mut self.ready);
        // For want of memory they stay for the next time.
        if self.vacate(ready.values_mut()).is_err() {
            self.ready = ready;
        }
    }

    /// Puts blocks where the indices of these interfaces lead to, all at once, and has them count for those from now on.
    /// No program may have one in use. Where one is refused, none of them is found by any program.
    pub(super) fn rehouse(
        &mut self,
        moved: &mut [(&Interface, &mut InterfaceBlock)],
    ) -> Result<(), DatapathError> {
        self.vacate(moved.iter_mut().map(|(_, block)| &mut **block))?;
        let housed = moved.iter_mut().try_for_each(|(interface, block)| self.house(interface, block));
        let all: Vec<_> = moved.iter().map(|(_, block)| &**block).collect();
        housed.and_then(|()| self.put(&all)).inspect_err(|_| {
            for (_, block) in moved.iter_mut() {
                self.release(block);
                block.place = None;
            }
        })
    }

    fn house(&mut self, interface: &Interface, block: &mut InterfaceBlock) -> Result<(), DatapathError> {
        let place = self.free(&interface.name, interface.index)?;
        self.address(&mut block.block, interface)?;
        self.taken[place as usize] = true;
        (block.index, block.place) = (interface.index, Some(place));
        Ok(())
    }

    /// Takes blocks away from where the programs look for them, all at once as in [`Self::prepare`]; no program has one
    /// in use any longer when this returns. What they hold can still be read. Those that stay, for want of memory, keep
    /// their places.
    pub(super) fn vacate<'b>(
        &mut self,
        blocks: impl IntoIterator<Item = &'b mut InterfaceBlock>,
    ) -> Result<(), DatapathError> {
        let found: Vec<_> =
            blocks.into_iter().filter_map(|block| Some((block.place?, &mut block.place))).collect();
        if found.is_empty() {
            return Ok(());
        }
        let nobody = match self.nobody.take() {
            Some(nobody) => nobody,
            None => self.empty(NOBODY, 0)?,
        };
        let nobody = self.nobody.insert(nobody);
        let places: Vec<_> = found.iter().map(|(place, _)| *place).collect();
        let maps = vec![nobody.map().fd().as_fd(); places.len()];
        batch::put(self.outer.fd().as_fd(), &places, &maps)
            .map_err(|cause| refused(MapError::IoError(cause)))?;
        for (place, at) in found {
            self.taken[place as usize] = false;
            *at = None;
        }
        Ok(())
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

    /// Gives a place at which nothing was put to the next one.
    fn release(&mut self, block: &InterfaceBlock) {
        if let Some(place) = block.place {
            self.taken[place as usize] = false;
        }
    }

    /// A block with a place, which nobody finds there yet.
    fn block(&mut self, name: &str, index: u32, link: Link) -> Result<InterfaceBlock, DatapathError> {
        let place = self.free(name, index)?;
        let block = self.empty(index, link as u32 | self.mark)?;
        self.taken[place as usize] = true;
        Ok(InterfaceBlock { block, index, place: Some(place) })
    }

    fn free(&self, name: &str, index: u32) -> Result<u32, DatapathError> {
        let mut places = (0..PROBES).map(|probe| place(index, probe));
        places.find(|place| !self.taken[*place as usize]).ok_or_else(|| DatapathError::Full(name.to_owned()))
    }

    fn empty(&self, index: u32, link: u32) -> Result<Block, DatapathError> {
        let mut block = Block::create(2, 0).map_err(refused)?;
        for direction in Direction::ALL {
            write(&mut block, direction, vec![Counters::new(index, link); self.cpus])?;
        }
        Ok(block)
    }

    /// Has a block count for this interface.
    fn address(&self, block: &mut Block, interface: &Interface) -> Result<(), DatapathError> {
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

    /// Puts blocks where the programs look for them.
    fn put(&self, blocks: &[&InterfaceBlock]) -> Result<(), DatapathError> {
        let found = blocks.iter().filter_map(|block| Some((block.place?, block.block.map().fd().as_fd())));
        let (places, maps): (Vec<_>, Vec<_>) = found.unzip();
        if places.is_empty() {
            return Ok(());
        }
        batch::put(self.outer.fd().as_fd(), &places, &maps).map_err(|cause| refused(MapError::IoError(cause)))
    }
}

/// A direction's values, one a CPU.
fn write(block: &mut Block, direction: Direction, values: Vec<Counters>) -> Result<(), DatapathError> {
    let values = PerCpuValues::try_from(values).map_err(|cause| refused(MapError::IoError(cause)))?;
    block.set(direction as u32, values, 0).map_err(refused)
}

fn refused(cause: MapError) -> DatapathError {
    DatapathError::map(MAP_COUNTERS, cause)
}

/// The counters of one interface, in both directions.
pub(super) struct InterfaceBlock {
    block: Block,
    /// Index of the interface that it counts for.
    index: u32,
    /// Where it stands in the outer map; `None` while no program finds it.
    place: Option<u32>,
}

impl InterfaceBlock {
    /// Pins it.
    pub(super) fn pin(&self, pin: &Path) -> Result<(), PinError> {
        self.block.map().pin(pin).map_err(PinError::of("pin", pin))
    }

    /// Has it count for an interface whose frames begin with something else.
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

    /// Whether the programs find it for this interface.
    pub(super) fn is_of(&self, index: u32) -> bool {
        self.place.is_some() && self.index == index
    }

    /// The counters of both directions, summed over the CPUs.
    pub(super) fn read(&self, reader: &mut Reader) -> Result<Sums, MapError> {
        reader.read(self.block.map().fd().as_fd())
    }
}
