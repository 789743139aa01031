//! Which interfaces have counters, and what crossed hooks of others.

use std::collections::BTreeSet;

use aya::maps::{ArrayOfMaps, MapData, MapError, PerCpuArray};
use classifier_common::abi::{MAP_COUNTERS, MAP_UNATTRIBUTED, PROBES, place};

use super::{error::Problem, maps::Maps};
use crate::{counters::MapFill, datapath::blocks::Block};

/// Which of these interfaces have counters, by index, and how full their map is by that.
///
/// Not every place is looked at: up to Linux 6.7 each look into a map of maps waits until every CPU has passed
/// through the scheduler (`maybe_wait_bpf_programs`), 4,096 of them for minutes.
pub(super) fn read(maps: &mut Maps, candidates: &BTreeSet<u32>) -> Result<(Vec<u32>, MapFill), Problem> {
    let (outer, places): (ArrayOfMaps<MapData, Block>, _) = maps.take_as(MAP_COUNTERS)?;
    let mut indices = Vec::new();
    for candidate in candidates {
        for probe in 0..PROBES {
            match outer.get(&place(*candidate, probe), 0).and_then(|block| block.get(&0, 0)) {
                // Every CPU's block says the same of its interface.
                Ok(block) if block.first().is_some_and(|counters| counters.ifindex == *candidate) => {
                    indices.push(*candidate);
                    break;
                }
                Ok(_) | Err(MapError::KeyNotFound) => {}
                Err(cause) => return Err(Problem::map(MAP_COUNTERS)(cause)),
            }
        }
    }
    let fill = MapFill::counters(indices.len() as u64, places.into());
    Ok((indices, fill))
}

/// Packets that crossed a hook on an interface without counters.
pub(in crate::datapath) fn unattributed(maps: &mut Maps) -> Result<u64, Problem> {
    let (map, _): (PerCpuArray<MapData, u64>, _) = maps.take_as(MAP_UNATTRIBUTED)?;
    let by_cpu = map.get(&0, 0).map_err(Problem::map(MAP_UNATTRIBUTED))?;
    Ok(by_cpu.iter().sum())
}
