//! Which configured protocol has which row of the counters, pinned beside them.

use std::path::Path;

use aya::maps::{Array, Map, MapData, MapError};

use super::{PinError, opened};
use crate::config::Rows;

/// Name under which the rows are pinned.
pub(super) const NAMES: &str = "NAMES";

/// A name, with zeros behind it.
type Name = [u8; size_of::<Rows>() / ROWS];

/// No row has a name.
pub(in crate::datapath) const EMPTY: Rows = [[0; size_of::<Name>()]; ROWS];

const ROWS: usize = classifier_common::protocol::CONFIGURED_MAX;

/// Reads the rows; all empty where nothing is pinned yet.
pub(super) fn read(pin: &Path) -> Result<Rows, PinError> {
    let mut rows = EMPTY;
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

/// Writes the rows, and pins them where they are not. Rows are only ever added, so a reader in between sees names that
/// have their row.
pub(super) fn write(pin: &Path, rows: &Rows) -> Result<(), PinError> {
    let of = |cause: MapError| PinError::of("write", pin)(cause);
    let is_new = !pin.exists();
    #[expect(clippy::cast_possible_truncation, reason = "there are 32")]
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
