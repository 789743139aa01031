// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Opens an agent's maps by number, and identifies them by name.

use std::collections::BTreeMap;

use aya::maps::{Map, MapData, MapError, MapInfo};
use classifier_common::abi::MAPS;

use super::error::Problem;

/// Bytes that the kernel keeps of a name (`BPF_OBJ_NAME_LEN`, without the final zero).
const NAME: usize = 15;

/// Compares the kernel's name of an object, which may be cut, with a full name.
pub(super) fn is_named(kernel: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    kernel == &name[..name.len().min(NAME)]
}

/// An agent's maps that this build knows, by name.
#[derive(Default)]
pub(in crate::datapath) struct Maps(BTreeMap<&'static str, (MapInfo, MapData)>);

impl Maps {
    /// Opens the maps with these numbers that this build knows by name.
    pub(super) fn open(ids: &[u32]) -> Result<Self, MapError> {
        let mut maps = Self::default();
        for id in ids {
            let data = MapData::from_id(*id)?;
            let info = data.info()?;
            if let Some(shape) = MAPS.iter().find(|shape| is_named(info.name(), shape.name)) {
                maps.0.insert(shape.name, (info, data));
            }
        }
        Ok(maps)
    }

    /// Takes maps that are open already, without those that the kernel does not describe.
    pub(in crate::datapath) fn of(opened: impl Iterator<Item = (&'static str, MapData)>) -> Self {
        Self(opened.filter_map(|(name, data)| Some((name, (data.info().ok()?, data)))).collect())
    }

    /// Adds the maps of another program of the same agent.
    pub(super) fn join(&mut self, other: Self) {
        for (name, map) in other.0 {
            self.0.entry(name).or_insert(map);
        }
    }

    /// Returns the kernel's number of a map.
    pub(super) fn id(&self, name: &'static str) -> Option<u32> {
        self.0.get(name).map(|(info, _)| info.id())
    }

    /// Returns the kernel's numbers of all maps.
    pub(super) fn ids(&self) -> Vec<u32> {
        self.0.values().map(|(info, _)| info.id()).collect()
    }

    /// Takes a map of this build's layout out, with its capacity.
    pub(super) fn take(&mut self, name: &'static str) -> Result<(MapData, u32), Problem> {
        let (info, data) = self.0.remove(name).ok_or(Problem::Missing(name))?;
        let found = info.key_size() as usize + info.value_size() as usize;
        let shape = MAPS.iter().find(|shape| shape.name == name).ok_or(Problem::Missing(name))?;
        let expected = shape.key + shape.value;
        if found == expected {
            Ok((data, info.max_entries()))
        } else {
            Err(Problem::Layout { map: name, found, expected })
        }
    }

    /// Takes a map out, as aya's kind of map.
    pub(super) fn take_as<M: TryFrom<Map, Error = MapError>>(
        &mut self,
        name: &'static str,
    ) -> Result<(M, u32), Problem> {
        let (data, entries) = self.take(name)?;
        let map = Map::from_map_data(data).and_then(M::try_from).map_err(Problem::map(name))?;
        Ok((map, entries))
    }
}
