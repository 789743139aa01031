//! A loaded program's maps as they were when it was loaded, in a hundredth of the time that loading takes.

use aya::{
    Pod,
    maps::{Array, HashMap, Map, MapData, MapInfo, PerCpuArray, PerCpuValues},
    programs::Program,
    util::nr_cpus,
};
use classifier::datapath::SharedEndpoints;
use classifier_common::{
    abi::{MAP_FRAGMENTS, MAP_POLICY, MAP_SESSIONS, MAP_TALLIES},
    control::{Candidate, Policy, Session, SessionKey, TALLIES, Tallies},
    endpoint::{Address, Owner, Set as _, State, Word, place_of},
    fragment::FragmentKey,
};

use crate::agreement::taken;

const ADDRESS: usize = size_of::<Address>();

/// The maps that a program keeps anything in from one frame to the next, but for the endpoints and the ports; its
/// counters only grow.
const KEPT: usize = 7;

/// Empties the maps of a program, and gives it this policy anew.
pub fn forget(program: &Program, policy: Policy) {
    let ids = program.info().unwrap().map_ids().unwrap().expect("a kernel that tells of a program's maps");
    let mut emptied = 0;
    for id in ids {
        let name = MapInfo::from_id(id).unwrap().name_as_str().unwrap_or_default().to_owned();
        let map = || Map::from_map_data(MapData::from_id(id).unwrap()).unwrap();
        match name.as_str() {
            MAP_SESSIONS => empty::<[u8; size_of::<SessionKey>()], [u8; size_of::<Session>()]>(map()),
            "CANDIDATES" => empty::<[u8; size_of::<SessionKey>()], [u8; size_of::<Candidate>()]>(map()),
            "ENCRYPTED" => empty::<[u8; 2 * ADDRESS], i64>(map()),
            "RATES" => empty::<[u8; ADDRESS], [u64; 2]>(map()),
            MAP_FRAGMENTS => empty::<[u8; size_of::<FragmentKey>()], u32>(map()),
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

/// Frees every place of the endpoint table, and what the port table counts of it.
pub fn free(endpoints: &SharedEndpoints) {
    let nobody = Owner { address: Address::default(), peer: Address::default(), port: 0 };
    for (slot, _) in taken(endpoints) {
        let (number, way) = place_of(slot);
        let set = endpoints.set(number);
        let word = set.word(way);
        assert_ne!(word.state(), State::Claimed, "nobody works at it");
        set.fill(way, &nobody, 0, Word::FREE);
        set.port_left(word.port());
    }
}
