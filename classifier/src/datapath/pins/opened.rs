//! Pinned maps, opened to be read and nothing else: a read-only filesystem will do.

use std::{io, path::Path};

use aya::maps::MapData;

use crate::datapath::syscall::{Access, open_pin};

/// Opens a pinned map.
///
/// # Errors
///
/// What the kernel says; `NotFound` where nothing is pinned.
pub(super) fn to_read(pin: &Path) -> io::Result<MapData> {
    MapData::from_fd(open_pin(pin, Access::Read)?).map_err(io::Error::other)
}
