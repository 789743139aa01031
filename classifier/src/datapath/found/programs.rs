//! The agents' programs, by name, and whose they are.

use std::collections::BTreeMap;

use aya::programs::{ProgramInfo, loaded_programs};
use classifier_common::abi::MAP_ENDPOINTS;

use super::{FindError, maps::Maps};
use crate::{
    counters::ProgramSnapshot,
    datapath::programs::{HOOKS, snapshot},
};

/// The kernel keeps so many bytes of a name (`BPF_OBJ_NAME_LEN`, less the end).
const NAME: usize = 15;

/// An agent, before its maps are read.
pub(super) struct Loaded {
    pub programs: Vec<ProgramSnapshot>,
    pub maps: Maps,
}

/// Whether the kernel's name of an object is this one.
pub(super) fn is_named(kernel: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    kernel == &name[..name.len().min(NAME)]
}

/// Programs and maps of every agent, the one with the oldest program first.
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
        let Some((name, hook)) = HOOKS.into_iter().find(|(name, _)| is_named(info.name(), name)) else {
            continue;
        };
        // A foreign program of that name has no such table, and one that is just going has no maps any more.
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
        // Which of them was loaded first is chance: they are verified side by side.
        agent.programs.sort_by_key(|program| HOOKS.iter().position(|(name, _)| *name == program.program));
    }
    agents.sort_by_key(|agent| agent.programs.iter().map(|program| program.id).min());
    Ok(agents)
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
