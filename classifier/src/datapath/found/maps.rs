//! An agent's maps, opened by number and told apart by name.

use std::collections::BTreeMap;

use aya::maps::{Map, MapData, MapError, MapInfo};
use classifier_common::abi::MAPS;

use super::{error::Problem, programs::is_named};

/// Its maps, as far as this build knows them, by name.
#[derive(Default)]
pub(in crate::datapath) struct Maps(BTreeMap<&'static str, (MapInfo, MapData)>);

impl Maps {
    /// Opens those of these numbers that this build knows by name.
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

    /// Maps that are open already; one of which the kernel tells nothing is left out.
    pub(in crate::datapath) fn of(opened: impl Iterator<Item = (&'static str, MapData)>) -> Self {
        Self(opened.filter_map(|(name, data)| Some((name, (data.info().ok()?, data)))).collect())
    }

    /// Adds what another program of the same agent has.
    pub(super) fn join(&mut self, other: Self) {
        for (name, map) in other.0 {
            self.0.entry(name).or_insert(map);
        }
    }

    /// The kernel's number of a map.
    pub(super) fn id(&self, name: &'static str) -> Option<u32> {
        self.0.get(name).map(|(info, _)| info.id())
    }

    /// The kernel's numbers of all.
    pub(super) fn ids(&self) -> Vec<u32> {
        self.0.values().map(|(info, _)| info.id()).collect()
    }

    /// A map of this build's layout, and how many entries it has room for.
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

    /// The same, as aya's kind of map.
    pub(super) fn take_as<M: TryFrom<Map, Error = MapError>>(
        &mut self,
        name: &'static str,
    ) -> Result<(M, u32), Problem> {
        let (data, entries) = self.take(name)?;
        let map = Map::from_map_data(data).and_then(M::try_from).map_err(Problem::map(name))?;
        Ok((map, entries))
    }
}
