// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the hash maps while programs change them.

use std::collections::BTreeMap;

use classifier_common::{
    abi::MAP_SESSIONS,
    control::{Session, SessionKey},
};

use super::{error::Problem, maps::Maps};
use crate::{datapath::batch, snapshot::MapFill};

/// Reads every control connection, and the fill of their map.
pub(in crate::datapath) fn sessions(
    maps: &mut Maps,
) -> Result<(Vec<(SessionKey, Session)>, MapFill), Problem> {
    let (data, room) = maps.take(MAP_SESSIONS)?;
    // An entry that was read twice counts once.
    let all: BTreeMap<_, _> =
        batch::entries(&data).map_err(Problem::map(MAP_SESSIONS))?.into_iter().collect();
    let fill = MapFill::sessions(all.len() as u64, room.into());
    Ok((all.into_iter().collect(), fill))
}
