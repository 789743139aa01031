// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Resets a loaded program's maps, in a hundredth of the time of loading.

use std::os::fd::{AsFd as _, AsRawFd as _};

use aya::{
    Pod,
    maps::{Array, HashMap, Map, MapData, MapInfo, PerCpuArray, PerCpuValues},
    programs::Program,
    util::nr_cpus,
};
use classifier::datapath::SharedEndpoints;
use classifier_common::{
    abi::{MAP_ENCRYPTED, MAP_FRAGMENTS, MAP_POLICY, MAP_SESSIONS, MAP_TALLIES},
    address::Address,
    control::{Session, SessionKey, TALLIES, Tallies, TrackingConfig},
    endpoint::{Endpoint, EndpointBucket as _, EndpointState, PackedEndpoint, position},
    table::Bucket as _,
};

use memmap2::MmapOptions;

use crate::agreement::taken;

const ADDRESS: usize = size_of::<Address>();

/// Number of maps with state from one frame to the next, without endpoints and ports; counters only grow.
const KEPT: usize = 7;

/// Empties the maps of a program, and writes this policy again.
pub fn forget(program: &Program, policy: TrackingConfig) {
    let ids = program.info().unwrap().map_ids().unwrap().expect("a kernel that tells of a program's maps");
    let mut emptied = 0;
    for id in ids {
        let name = MapInfo::from_id(id).unwrap().name_as_str().unwrap_or_default().to_owned();
        let map = || Map::from_map_data(MapData::from_id(id).unwrap()).unwrap();
        match name.as_str() {
            MAP_SESSIONS => empty::<[u8; size_of::<SessionKey>()], [u8; size_of::<Session>()]>(map()),
            "CANDIDATES" | MAP_FRAGMENTS => clear(&map()),
            MAP_ENCRYPTED => empty::<[u8; 2 * ADDRESS], u64>(map()),
            "RATES" => empty::<[u8; ADDRESS], [u64; 2]>(map()),
            MAP_POLICY => Array::try_from(map()).unwrap().set(0, policy, 0).unwrap(),
            MAP_TALLIES => {
                let none: Vec<Tallies> = vec![[0; TALLIES]; nr_cpus().unwrap()];
                let mut tallies = PerCpuArray::try_from(map()).unwrap();
                tallies.set(0, PerCpuValues::try_from(none).unwrap(), 0).unwrap();
            }
            _ => continue,
        }
        emptied += 1;
    }
    assert_eq!(emptied, KEPT, "a map has another name");
}

fn empty<K: Pod, V: Pod>(map: Map) {
    let mut map = HashMap::<_, K, V>::try_from(map).unwrap();
    let keys: Vec<K> = map.keys().map(Result::unwrap).collect();
    for key in keys {
        map.remove(&key).unwrap();
    }
}

/// Frees every entry of a table of what was seen last, through memory: a system call for each bucket takes longer than
/// a case.
fn clear(map: &Map) {
    let Map::Array(data) = map else { panic!("another type of map") };
    let info = data.info().unwrap();
    let length = info.value_size() as usize * info.max_entries() as usize;
    // SAFETY: the map of a program that no packet runs now, and nobody else has it in memory.
    let mut memory =
        unsafe { MmapOptions::new().len(length).map_mut(data.fd().as_fd().as_raw_fd()) }.unwrap();
    memory.fill(0);
}

/// Frees every entry of the endpoint table, and resets the counts in the port table.
pub fn free(endpoints: &SharedEndpoints) {
    for (slot, _) in taken(endpoints) {
        let (number, way) = position(slot);
        let bucket = endpoints.bucket(number);
        let word = bucket.word(way);
        assert_ne!(word.state(), EndpointState::Claimed, "nobody works at it");
        bucket.fill(way, Endpoint::default(), PackedEndpoint::FREE);
        bucket.port_left(word.port());
    }
}
