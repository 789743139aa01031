// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the agents' programs by name, and groups them by agent.

use std::collections::BTreeMap;

use aya::programs::{ProgramInfo, loaded_programs};
use classifier_common::abi::MAP_ENDPOINTS;

use super::{
    FindError,
    maps::{Maps, is_named},
    unnamed,
};
use crate::{
    datapath::programs::{HOOKS, snapshot},
    snapshot::ProgramSnapshot,
};

/// An agent whose maps are not read yet.
pub(super) struct Loaded {
    pub programs: Vec<ProgramSnapshot>,
    pub maps: Maps,
}

/// Groups the programs and maps by agent, the agent with the oldest program first.
pub(super) fn by_agent() -> Result<Vec<Loaded>, FindError> {
    let mut agents: BTreeMap<u32, Loaded> = BTreeMap::new();
    for info in loaded_programs() {
        let info = match info {
            Ok(info) => info,
            Err(error) => match FindError::unless_gone("the kernel's programs", &error) {
                None => continue,
                Some(error) => return Err(error),
            },
        };
        let Some((name, hook)) = hook_of(&info) else { continue };
        // A foreign program of that name has no such table, and a program that is being unloaded has no maps
        // any more.
        let Some(maps) = maps(&info)? else { continue };
        let Some(table) = maps.id(MAP_ENDPOINTS) else { continue };
        let program = snapshot(name, hook, &info, false);
        match agents.get_mut(&table) {
            None => drop(agents.insert(table, Loaded { programs: vec![program], maps })),
            Some(agent) => {
                agent.programs.push(program);
                agent.maps.join(maps);
            }
        }
    }
    let mut agents: Vec<_> = agents.into_values().collect();
    for agent in &mut agents {
        // Their load order is random: they are verified in parallel.
        agent.programs.sort_by_key(|program| HOOKS.iter().position(|(name, _)| *name == program.program));
    }
    agents.sort_by_key(|agent| agent.programs.iter().map(|program| program.id).min());
    Ok(agents)
}

/// Returns the name and the hook of an agent's program, by the name in the kernel or else by its types.
fn hook_of(info: &ProgramInfo) -> Option<(&'static str, &'static str)> {
    let of = |is_it: &dyn Fn(&str) -> bool| HOOKS.into_iter().find(|(name, _)| is_it(name));
    if !info.name().is_empty() {
        return of(&|name| is_named(info.name(), name));
    }
    // A program that is being unloaded cannot be described any more.
    let found = unnamed::name_among(info, &HOOKS.map(|(name, _)| name)).ok()??;
    of(&|name| name == found)
}

fn maps(info: &ProgramInfo) -> Result<Option<Maps>, FindError> {
    const WHAT: &str = "the maps of a program";
    match info.map_ids() {
        Ok(ids) => Maps::open(&ids.unwrap_or_default()).map_or_else(
            |error| FindError::unless_gone(WHAT, &error).map_or(Ok(None), Err),
            |maps| Ok(Some(maps)),
        ),
        Err(error) => FindError::unless_gone(WHAT, &error).map_or(Ok(None), Err),
    }
}
