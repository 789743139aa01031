//! The hash maps: what is in them, while programs change them.

use std::collections::BTreeMap;

use aya::maps::{HashMap, MapData};
use classifier_common::{
    abi::{MAP_FRAGMENTS, MAP_SESSIONS},
    control::{Session, SessionKey},
    fragment::FragmentKey,
};

use super::{error::Problem, maps::Maps};
use crate::counters::MapFill;

/// How full the map of first fragments is.
pub(super) fn fragments(maps: &mut Maps) -> Result<MapFill, Problem> {
    let (map, room): (HashMap<MapData, FragmentKey, u32>, u32) = maps.take_as(MAP_FRAGMENTS)?;
    // A key that goes meanwhile begins the walk anew: it is no longer than the map is large.
    let keys = map.keys().take(room as usize);
    let entries =
        keys.map(|key| key.map(|_| 1)).sum::<Result<u64, _>>().map_err(Problem::map(MAP_FRAGMENTS))?;
    Ok(MapFill::fragments(entries, room.into()))
}

/// Every control connection, and how full their map is.
pub(super) fn sessions(maps: &mut Maps) -> Result<(Vec<(SessionKey, Session)>, MapFill), Problem> {
    let (map, room): (HashMap<MapData, SessionKey, Session>, u32) = maps.take_as(MAP_SESSIONS)?;
    // As above; one that comes twice counts once.
    let sessions = map.iter().take(2 * room as usize);
    let sessions: BTreeMap<_, _> = sessions.collect::<Result<_, _>>().map_err(Problem::map(MAP_SESSIONS))?;
    let fill = MapFill::sessions(sessions.len() as u64, room.into());
    Ok((sessions.into_iter().collect(), fill))
}
