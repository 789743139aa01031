// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the interfaces with counters, and reads numbers that the programs have counted.

use std::collections::BTreeSet;

use aya::maps::{Array, ArrayOfMaps, HashMap, MapData, MapError, PerCpuArray};
use classifier_common::abi::{FRAGMENTS, MAP_COUNTERS, MAP_REMEMBERED, MAP_SLOTS, MAP_UNATTRIBUTED, slot};

use super::{error::Problem, maps::Maps};
use crate::{datapath::blocks::Block, snapshot::MapFill};

/// Finds the candidates that have counters, by index, and the fill of their map.
///
/// Only slots of candidates are read: up to Linux 6.7 each lookup in a map of maps waits until every CPU has
/// passed through the scheduler (`maybe_wait_bpf_programs`). For 4,096 slots that takes minutes.
pub(super) fn read(maps: &mut Maps, candidates: &BTreeSet<u32>) -> Result<(Vec<u32>, MapFill), Problem> {
    let (outer, slots): (ArrayOfMaps<MapData, Block>, _) = maps.take_as(MAP_COUNTERS)?;
    let (displaced, _): (HashMap<MapData, u32, u32>, _) = maps.take_as(MAP_SLOTS)?;
    let mut indices = Vec::new();
    for candidate in candidates {
        let other = match displaced.get(candidate, 0) {
            Ok(slot) => Some(slot),
            Err(MapError::KeyNotFound) => None,
            Err(cause) => return Err(Problem::map(MAP_SLOTS)(cause)),
        };
        for slot in [slot(*candidate)].into_iter().chain(other) {
            match outer.get(&slot, 0).and_then(|block| block.get(&0, 0)) {
                // The block of every CPU has the same interface index.
                Ok(block) if block.first().is_some_and(|counters| counters.ifindex == *candidate) => {
                    indices.push(*candidate);
                    break;
                }
                Ok(_) | Err(MapError::KeyNotFound) => {}
                Err(cause) => return Err(Problem::map(MAP_COUNTERS)(cause)),
            }
        }
    }
    let fill = MapFill::counters(indices.len() as u64, slots.into());
    Ok((indices, fill))
}

/// Counts the packets that crossed a hook on an interface without counters.
pub(in crate::datapath) fn unattributed(maps: &mut Maps) -> Result<u64, Problem> {
    let (map, _): (PerCpuArray<MapData, u64>, _) = maps.take_as(MAP_UNATTRIBUTED)?;
    let by_cpu = map.get(&0, 0).map_err(Problem::map(MAP_UNATTRIBUTED))?;
    Ok(by_cpu.iter().sum())
}

/// Reads the fill of the table of first fragments.
pub(in crate::datapath) fn fragments(maps: &mut Maps) -> Result<MapFill, Problem> {
    let (map, _): (Array<MapData, u64>, _) = maps.take_as(MAP_REMEMBERED)?;
    let number = map.get(&0, 0).map_err(Problem::map(MAP_REMEMBERED))?;
    Ok(MapFill::fragments(number, FRAGMENTS as u64))
}
