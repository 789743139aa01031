//! What was counted for an interface elsewhere: in another layout, or by another interface of its name.

use std::fs;

use aya::maps::{Array, Map, MapData, MapError};
use classifier_common::{abi::Direction, counter::Counters};

use super::{PinError, carry::Carried, concordance::Concordance, interface::InterfacePins, layout::Layout};
use crate::datapath::reader::Sums;

/// What is pinned for an interface; `None` if nothing is.
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

/// Pins it in place of what is there: a reader finds the one or the other.
pub(in crate::datapath) fn write(pins: &InterfacePins, sums: &Sums) -> Result<(), PinError> {
    let (pin, next) = (pins.base(), pins.base().with_file_name("next"));
    let of = |cause: MapError| PinError::of("write", &pin)(cause);
    let mut base = Array::<MapData, Counters>::create(2, 0).map_err(of)?;
    for (direction, sum) in (0..).zip(sums) {
        base.set(direction, **sum, 0).map_err(of)?;
    }
    super::folder::unpin(&next)?;
    base.pin(&next).map_err(PinError::of("pin", &next))?;
    fs::rename(&next, &pin).map_err(PinError::refused("rename", &next))
}

/// Adds what the pins of a second interface hold to a first's, and removes those.
pub(super) fn join(to: &InterfacePins, from: &InterfacePins, layout: &Layout) -> Result<(), PinError> {
    let mut sum = Carried::nothing();
    sum.add(from, &Concordance::of(layout)).map_err(PinError::refused("read", &from.counters()))?;
    if let Some(before) = read(to)? {
        sum.counters.iter_mut().zip(&before).for_each(|(sum, before)| sum.merge(before));
    }
    write(to, &sum.counters)?;
    from.remove()
}
