//! The table of announced data ports, shared with the running programs through memory.
#![expect(unsafe_code, reason = "the table is memory that the kernel shares")]

use std::{
    mem::offset_of,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aya::maps::MapData;
use classifier_common::endpoint::{Endpoint, Owner, Set, WAYS, Word, place_of};

use super::{
    DatapathError, clock,
    port_table::SharedPorts,
    windows::{WINDOW, Windows},
};

const WORD: usize = offset_of!(Endpoint, word);
const SINCE: usize = offset_of!(Endpoint, since);
const SESSION: usize = offset_of!(Endpoint, session);

/// Bytes of a set, none of which lies in two pieces.
const SET: usize = WAYS * size_of::<Endpoint>();
const _: () = assert!(WINDOW.is_multiple_of(SET));

/// The table, mapped for as long as this lives, where it has been looked at.
pub struct SharedEndpoints {
    table: Windows,
    sets: usize,
    ports: Arc<SharedPorts>,
}

impl SharedEndpoints {
    /// Maps the `sets` sets of the endpoint map, a power of two.
    pub(super) fn map(map: MapData, sets: usize, ports: Arc<SharedPorts>) -> Result<Self, DatapathError> {
        let table = Windows::over(map, sets * SET).map_err(DatapathError::Mmap)?;
        Ok(Self { table, sets, ports })
    }

    /// Places in it.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.sets * WAYS
    }

    /// The set with this number, as the programs count them.
    #[must_use]
    pub const fn set(&self, number: usize) -> SharedSet<'_> {
        SharedSet { endpoints: self, number: self.number(number) }
    }

    /// The number of the set that this one is in the table as it is.
    #[must_use]
    pub const fn number(&self, number: usize) -> usize {
        number % self.sets
    }

    /// What stands in a slot at this moment.
    #[must_use]
    pub fn at(&self, slot: u32) -> Endpoint {
        let (set, way) = place_of(slot);
        let place = self.set(set).place(way);
        // SAFETY: the place lies within the mapping, aligned; what programs change meanwhile is read torn, and
        // every bit pattern is an endpoint.
        unsafe { place.read_volatile() }
    }
}

/// One set of it.
#[derive(Clone, Copy)]
pub struct SharedSet<'a> {
    endpoints: &'a SharedEndpoints,
    number: usize,
}

impl SharedSet<'_> {
    fn place(&self, way: usize) -> *mut Endpoint {
        #[expect(clippy::cast_ptr_alignment, reason = "a set lies at a multiple of its size in a page")]
        let set = self.endpoints.table.at(self.number * SET).cast::<Endpoint>();
        // SAFETY: a set is whole within its piece, and has WAYS places.
        unsafe { set.add(way % WAYS) }
    }

    fn atomic(&self, way: usize, field: usize) -> &AtomicU64 {
        // SAFETY: callers pass the offset of a field of eight bytes, which are aligned within the mapping that
        // this borrows; programs change them in one step too.
        unsafe { AtomicU64::from_ptr(self.place(way).byte_add(field).cast()) }
    }
}

impl Set for SharedSet<'_> {
    fn word(&self, way: usize) -> Word {
        Word::from_bits(self.atomic(way, WORD).load(Ordering::Acquire))
    }

    fn is_of(&self, way: usize, owner: &Owner) -> bool {
        // SAFETY: within the mapping and aligned; torn by a writer, the addresses do not match, or the word that
        // is replaced afterwards is not the one that was read.
        let (address, peer) = unsafe {
            let place = self.place(way);
            ((&raw const (*place).address).read_volatile(), (&raw const (*place).peer).read_volatile())
        };
        address == owner.address && peer == owner.peer
    }

    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        let (old, new) = (old.bits(), new.bits());
        let replaced =
            self.atomic(way, WORD).compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if replaced {
            self.atomic(way, SINCE).store(clock::now(), Ordering::Relaxed);
        }
        replaced
    }

    fn fill(&self, way: usize, owner: &Owner, session: u64, word: Word) {
        let place = self.place(way);
        // SAFETY: within the mapping and aligned; the place is claimed, so nobody else writes to it.
        unsafe {
            (&raw mut (*place).address).write_volatile(owner.address);
            (&raw mut (*place).peer).write_volatile(owner.peer);
            (&raw mut (*place).since).write_volatile(clock::now());
            (&raw mut (*place).session).write_volatile(session);
        }
        self.atomic(way, WORD).store(word.bits(), Ordering::Release);
    }

    fn since(&self, way: usize) -> u64 {
        self.atomic(way, SINCE).load(Ordering::Relaxed)
    }

    fn session(&self, way: usize) -> u64 {
        self.atomic(way, SESSION).load(Ordering::Relaxed)
    }

    fn port_taken(&self, port: u16) {
        self.endpoints.ports.endpoint_taken(port);
    }

    fn port_left(&self, port: u16) {
        self.endpoints.ports.endpoint_left(port);
    }
}
