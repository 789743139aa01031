// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Maps a map's memory window by window, when it is touched: the kernel counts all of a mapped map as
//! resident.
#![expect(unsafe_code, reason = "the map is memory that the kernel shares")]

use std::{
    alloc::{Layout, handle_alloc_error},
    io,
    os::fd::{AsFd as _, AsRawFd as _},
    sync::OnceLock,
};

use aya::maps::MapData;
use memmap2::{MmapOptions, MmapRaw};

/// Bytes of a window: one page or several on every Linux machine.
pub(super) const WINDOW: usize = 64 * 1024;

/// The windows of one array map's values.
pub(super) struct Windows {
    pieces: Box<[OnceLock<MmapRaw>]>,
    length: usize,
    /// Kept open for the mapping, and for programs that are loaded later and name their maps by descriptor.
    map: MapData,
}

impl Windows {
    /// Prepares windows over the first `length` bytes of a map, none mapped yet. One is mapped for a moment,
    /// to find errors now.
    pub(super) fn over(map: MapData, length: usize) -> io::Result<Self> {
        let pieces = (0..length.div_ceil(WINDOW)).map(|_| OnceLock::new()).collect();
        let windows = Self { pieces, length, map };
        windows.map(0).map(|_| windows)
    }

    /// Returns the address of a byte. It is valid as long as `self`, and up to the end of its window.
    ///
    /// # Panics
    ///
    /// When the offset is past the end.
    pub(super) fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset < self.length, "byte {offset} of {}", self.length);
        let (piece, within) = (offset / WINDOW, offset % WINDOW);
        let mapped = self.pieces[piece].get_or_init(|| {
            // One window could be mapped before, so the memory for page tables has run out.
            self.map(piece).unwrap_or_else(|_| handle_alloc_error(Layout::new::<[u8; WINDOW]>()))
        });
        // SAFETY: the byte is within the window, since it lies below the length.
        unsafe { mapped.as_mut_ptr().add(within) }
    }

    fn map(&self, piece: usize) -> io::Result<MmapRaw> {
        let offset = piece * WINDOW;
        let length = WINDOW.min(self.length - offset);
        MmapOptions::new().offset(offset as u64).len(length).map_raw(self.map.fd().as_fd().as_raw_fd())
    }
}
