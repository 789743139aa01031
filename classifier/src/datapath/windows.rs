//! A map's memory, mapped piece by piece as it is touched: the kernel counts a mapped map as resident, all of it.
#![expect(unsafe_code, reason = "the map is memory that the kernel shares")]

use std::{
    alloc::{Layout, handle_alloc_error},
    io,
    os::fd::{AsFd as _, AsRawFd as _},
    sync::OnceLock,
};

use aya::maps::MapData;
use memmap2::{MmapOptions, MmapRaw};

/// Bytes of a piece: a page, or several, on every machine that Linux runs on.
pub(super) const WINDOW: usize = 64 * 1024;

/// The pieces of one array map's values.
pub(super) struct Windows {
    pieces: Box<[OnceLock<MmapRaw>]>,
    length: usize,
    /// Also for the programs that are still to be loaded: they name their maps by descriptor.
    map: MapData,
}

impl Windows {
    /// The first `length` bytes of a map, none of them mapped yet. One piece is mapped for a moment, so that what
    /// forbids it is known now.
    pub(super) fn over(map: MapData, length: usize) -> io::Result<Self> {
        let pieces = (0..length.div_ceil(WINDOW)).map(|_| OnceLock::new()).collect();
        let windows = Self { pieces, length, map };
        windows.map(0).map(|_| windows)
    }

    /// Address of a byte. It is good for as long as this lives, and up to the end of its piece.
    ///
    /// # Panics
    ///
    /// When there is no such byte.
    pub(super) fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset < self.length, "byte {offset} of {}", self.length);
        let (piece, within) = (offset / WINDOW, offset % WINDOW);
        let mapped = self.pieces[piece].get_or_init(|| {
            // One piece could be mapped before, so the memory for page tables has run out.
            self.map(piece).unwrap_or_else(|_| handle_alloc_error(Layout::new::<[u8; WINDOW]>()))
        });
        // SAFETY: within the piece, for it lies below the length.
        unsafe { mapped.as_mut_ptr().add(within) }
    }

    fn map(&self, piece: usize) -> io::Result<MmapRaw> {
        let offset = piece * WINDOW;
        let length = WINDOW.min(self.length - offset);
        MmapOptions::new().offset(offset as u64).len(length).map_raw(self.map.fd().as_fd().as_raw_fd())
    }
}
