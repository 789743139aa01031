//! Which interfaces have counters.

use aya::maps::{ArrayOfMaps, MapData, MapError};
use classifier_common::abi::MAP_COUNTERS;

use super::{error::Problem, maps::Maps};
use crate::{counters::MapFill, datapath::blocks::Block};

/// Indices of the interfaces that have counters, and how full their map is.
pub(super) fn read(maps: &mut Maps) -> Result<(Vec<u32>, MapFill), Problem> {
    let (outer, places): (ArrayOfMaps<MapData, Block>, _) = maps.take_as(MAP_COUNTERS)?;
    let mut indices = Vec::new();
    for place in 0..places {
        match outer.get(&place, 0).and_then(|block| block.get(&0, 0)) {
            // Every CPU's block says the same of its interface.
            Ok(block) => indices.extend(block.first().map(|counters| counters.ifindex)),
            Err(MapError::KeyNotFound) => {}
            Err(cause) => return Err(Problem::map(MAP_COUNTERS)(cause)),
        }
    }
    let fill = MapFill::counters(indices.len() as u64, places.into());
    Ok((indices, fill))
}
