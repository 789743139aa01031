// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pins counts that an interface takes over from another layout, or from another interface with its name.

use std::{io, path::PathBuf};

use aya::maps::{Array, Map, MapData, MapError};
use classifier_common::{abi::Direction, counter::Counters};

use super::{PinError, interface::InterfacePins, opened, raw, store::PinStore};
use crate::datapath::reader::Sums;

/// Reads the pinned base of an interface; `None` if none is pinned.
pub(in crate::datapath) fn read(pins: &InterfacePins) -> Result<Option<Sums>, PinError> {
    let pin = pins.base();
    if !pin.exists() {
        return Ok(None);
    }
    let of = |cause: MapError| PinError::of("read", &pin)(cause);
    let base = MapData::from_pin(&pin).and_then(Map::from_map_data).and_then(Array::try_from).map_err(of)?;
    let read = |direction: Direction| -> Result<Box<Counters>, MapError> {
        Ok(Box::new(base.get(&(direction as u32), 0)?))
    };
    let [ingress, egress] = Direction::ALL.map(read);
    Ok(Some([ingress.map_err(of)?, egress.map_err(of)?]))
}

/// Pins a base instead of the present one: a reader finds either.
pub(super) fn write(store: &PinStore, pins: &InterfacePins, sums: &Sums) -> Result<(), PinError> {
    let of = |cause: MapError| PinError::of("write", &pins.base())(cause);
    let mut base = Array::<MapData, Counters>::create(2, 0).map_err(of)?;
    for (direction, sum) in (0..).zip(sums) {
        base.set(direction, **sum, 0).map_err(of)?;
    }
    store.replace_base(pins.name(), |next| base.pin(next).map_err(PinError::of("pin", next)))
}

/// Adds the counts of one interface's pins to the `base` of another one of the same generation, and removes
/// those pins.
pub(super) fn join(store: &PinStore, from: &InterfacePins, to: &InterfacePins) -> Result<(), PinError> {
    from.unlink()?;
    if ![from.counters(), from.base()].iter().any(|pin| pin.exists()) {
        return from.remove();
    }
    let sum =
        sum(&[from.counters(), from.base(), to.base()]).map_err(PinError::refused("read", &to.base()))?;
    let base = raw::create(&sum).map_err(PinError::refused("write", &to.base()))?;
    store.join(from.name(), to.name(), |next| base.pin(next).map_err(PinError::of("pin", next)))
}

/// Sums pinned counters, in any one layout: all pins of a generation have the same.
fn sum(pins: &[PathBuf]) -> io::Result<[Vec<u64>; Direction::ALL.len()]> {
    let mut sums = [Vec::new(), Vec::new()];
    for pin in pins.iter().filter(|pin| pin.exists()) {
        let map = opened::to_read(pin)?;
        for direction in Direction::ALL {
            let (sum, numbers) = (&mut sums[direction as usize], raw::sum(&map, direction as u32)?);
            sum.resize(numbers.len().max(sum.len()), 0);
            sum.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = u64::wrapping_add(*sum, number));
        }
    }
    // The index and the link type of an interface have no sum.
    sums.iter_mut().filter_map(|sum| sum.first_mut()).for_each(|header| *header = 0);
    Ok(sums)
}
