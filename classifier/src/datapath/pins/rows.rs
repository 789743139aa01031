// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pins the names of the counter rows: configured protocols, and the rules of a policy.

use std::path::Path;

use aya::maps::{Array, Map, MapData, MapError};

use super::{PinError, opened};

/// Name of the pin of the configured protocols' rows.
pub(super) const NAMES: &str = "NAMES";

/// Name of the pin of the rules' rows.
pub(super) const RULES: &str = "RULES";

/// A name, padded with zeros.
type Name = [u8; 64];

/// Creates rows without names.
pub(in crate::datapath) const fn empty<const ROWS: usize>() -> [Name; ROWS] {
    [[0; size_of::<Name>()]; ROWS]
}

/// Reads the names of the rows; all empty if nothing is pinned yet.
pub(super) fn read<const ROWS: usize>(pin: &Path) -> Result<[Name; ROWS], PinError> {
    let mut rows = empty();
    if !pin.exists() {
        return Ok(rows);
    }
    let map = opened::to_read(pin).map_err(PinError::refused("open", pin))?;
    let names: Array<MapData, Name> =
        Map::from_map_data(map).and_then(Array::try_from).map_err(PinError::of("open", pin))?;
    for (number, row) in (0..).zip(&mut rows) {
        *row = names.get(&number, 0).map_err(PinError::of("read", pin))?;
    }
    Ok(rows)
}

/// Writes the names of the rows, and pins them if they are not. Rows are only added, so a concurrent reader
/// sees valid names.
pub(super) fn write<const ROWS: usize>(pin: &Path, rows: &[Name; ROWS]) -> Result<(), PinError> {
    let of = |cause: MapError| PinError::of("write", pin)(cause);
    let is_new = !pin.exists();
    #[expect(clippy::cast_possible_truncation, reason = "there are at most 64")]
    let mut names = if is_new { Array::create(ROWS as u32, 0).map_err(of)? } else { open(pin)? };
    for (number, row) in (0..).zip(rows) {
        names.set(number, *row, 0).map_err(of)?;
    }
    if is_new { names.pin(pin).map_err(PinError::of("pin", pin)) } else { Ok(()) }
}

fn open(pin: &Path) -> Result<Array<MapData, Name>, PinError> {
    let names = MapData::from_pin(pin).and_then(Map::from_map_data).and_then(Array::try_from);
    names.map_err(PinError::of("open", pin))
}
