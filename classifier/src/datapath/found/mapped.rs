//! A map's values in memory, to be read and nothing else.
#![expect(unsafe_code, reason = "the values are memory that the kernel shares")]

use std::{
    io,
    marker::PhantomData,
    os::fd::{AsFd as _, AsRawFd as _},
};

use aya::maps::MapData;
use classifier_common::endpoint::Endpoint;
use memmap2::{MmapOptions, MmapRaw};

/// Values of a type of which every bit pattern is one, without a gap between them.
pub(super) struct Mapped<T> {
    memory: MmapRaw,
    values: PhantomData<T>,
}

impl Mapped<Endpoint> {
    /// The endpoints of a table: integers alone.
    pub(super) fn endpoints(map: &MapData, count: usize) -> io::Result<Self> {
        Self::map(map, count)
    }
}

impl Mapped<u32> {
    /// The entries of a port table.
    pub(super) fn port_entries(map: &MapData, count: usize) -> io::Result<Self> {
        Self::map(map, count)
    }
}

impl<T: Copy> Mapped<T> {
    fn map(map: &MapData, count: usize) -> io::Result<Self> {
        let length = count * size_of::<T>();
        let memory = MmapOptions::new().len(length).map_raw_read_only(map.fd().as_fd().as_raw_fd())?;
        Ok(Self { memory, values: PhantomData })
    }

    /// A value at this moment; torn where it changes meanwhile.
    pub(super) fn read(&self, index: usize) -> Option<T> {
        if index >= self.memory.len() / size_of::<T>() {
            return None;
        }
        // SAFETY: the check above keeps it within the mapping, which starts at a page and so is aligned for any
        // value; only the two constructors make one, for types of which every bit pattern is a value.
        Some(unsafe { self.memory.as_ptr().cast::<T>().add(index).read_volatile() })
    }
}
