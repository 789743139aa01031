//! The pins of one layout.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aya::maps::{MapData, MapError};

use super::{
    PinError,
    folder::{entries, unpin},
    interface::InterfacePins,
    layout::Layout,
};

/// A generation, whether or not there is anything of it.
#[derive(Clone, Debug)]
pub(super) struct Generation {
    path: PathBuf,
    number: u64,
}

impl Generation {
    pub(super) const fn new(path: PathBuf, number: u64) -> Self {
        Self { path, number }
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn create(&self) -> Result<(), PinError> {
        for folder in [self.maps(), self.interfaces_folder()] {
            fs::create_dir_all(&folder).map_err(PinError::refused("create", &folder))?;
        }
        Ok(())
    }

    /// Where a map is pinned.
    pub(super) fn map(&self, name: &str) -> PathBuf {
        self.maps().join(name)
    }

    /// A pinned map.
    pub(super) fn open(&self, name: &str) -> Result<MapData, MapError> {
        MapData::from_pin(self.map(name))
    }

    /// What its maps hold; `None` if it was never completed.
    pub(super) fn layout(&self) -> Option<Layout> {
        Layout::read(&self.map(Layout::MAP)).ok()
    }

    /// The pins of an interface, whether or not there are any.
    pub(super) fn interface(&self, name: &str) -> InterfacePins {
        InterfacePins::new(&self.interfaces_folder(), name)
    }

    /// The interfaces that have any.
    pub(super) fn interfaces(&self) -> Result<Vec<InterfacePins>, PinError> {
        let folders = entries(&self.interfaces_folder())?;
        Ok(folders.iter().filter_map(|path| InterfacePins::at(path)).collect())
    }

    /// Removes all of it, and gives back what is left because it is of others.
    pub(super) fn remove(&self) -> Result<Vec<PathBuf>, PinError> {
        for interface in self.interfaces()? {
            interface.remove()?;
        }
        for map in entries(&self.maps())? {
            unpin(&map)?;
        }
        let mut left = Vec::new();
        for folder in [self.maps(), self.interfaces_folder(), self.path.clone()] {
            if fs::remove_dir(&folder).is_err() {
                left.extend(entries(&folder)?.into_iter().filter(|path| !path.is_dir()));
            }
        }
        Ok(left)
    }

    fn maps(&self) -> PathBuf {
        self.path.join("maps")
    }

    fn interfaces_folder(&self) -> PathBuf {
        self.path.join("interfaces")
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
