// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Opens pinned maps read-only, which a read-only filesystem allows.

use std::{io, path::Path};

use aya::maps::MapData;

use crate::datapath::syscall::{Access, open_pin};

/// Opens a pinned map to read it.
///
/// # Errors
///
/// The kernel's error; `NotFound` if nothing is pinned.
pub(super) fn to_read(pin: &Path) -> io::Result<MapData> {
    MapData::from_fd(open_pin(pin, Access::Read)?).map_err(io::Error::other)
}
