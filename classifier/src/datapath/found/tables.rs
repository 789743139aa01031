//! The tables that agents and programs share through memory.

use classifier_common::{
    abi::{MAP_ENDPOINTS, MAP_PORTS},
    endpoint::{Endpoint, State, WAYS},
    ports::{PORTS, PortEntry},
};

use super::{error::Problem, mapped::Mapped, maps::Maps};
use crate::counters::MapFill;

/// Looks at an endpoint that changes while it is looked at.
const LOOKS: usize = 8;

/// Every endpoint, and how full their table is.
pub(super) fn endpoints(maps: &mut Maps) -> Result<(Vec<Endpoint>, MapFill), Problem> {
    let (map, sets) = maps.take(MAP_ENDPOINTS)?;
    let places = sets as usize * WAYS;
    let table = mapped(MAP_ENDPOINTS, Mapped::endpoints(&map, places))?;
    let is_one = |endpoint: &Endpoint| !matches!(endpoint.word.state(), State::Free | State::Claimed);
    let endpoints: Vec<_> = (0..places).filter_map(|place| whole(&table, place)).filter(is_one).collect();
    let fill = MapFill::endpoints(endpoints.len() as u64, places as u64);
    Ok((endpoints, fill))
}

/// One as it stood at one moment: its word is claimed while its addresses are written.
fn whole(table: &Mapped<Endpoint>, place: usize) -> Option<Endpoint> {
    let mut before = table.read(place)?;
    for _ in 0..LOOKS {
        let after = table.read(place)?;
        let fields = |endpoint: &Endpoint| (endpoint.word, endpoint.address, endpoint.peer, endpoint.session);
        if fields(&before) == fields(&after) {
            return Some(after);
        }
        before = after;
    }
    None
}

/// How many ports belong to a protocol.
pub(super) fn ports(maps: &mut Maps) -> Result<MapFill, Problem> {
    let (map, _) = maps.take(MAP_PORTS)?;
    let table = mapped(MAP_PORTS, Mapped::port_entries(&map, 2 * PORTS))?;
    let known =
        (0..2 * PORTS).filter_map(|place| table.read(place)).filter(|entry| PortEntry(*entry).is_known());
    Ok(MapFill::ports(known.count() as u64, 2 * PORTS as u64))
}

fn mapped<T>(map: &'static str, mapped: std::io::Result<T>) -> Result<T, Problem> {
    mapped.map_err(|cause| Problem::Mmap { map, cause })
}
