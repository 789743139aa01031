// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The pins of one layout: a generation.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use aya::maps::{MapData, MapError};

use super::{
    PinError,
    entries::{entries, unpin},
    interface::InterfacePins,
    layout::Layout,
    opened,
    store::{Kernel, PinStore},
};

/// A generation of pins, existing or not.
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

    /// Path of a map's pin.
    pub(super) fn map(&self, name: &str) -> PathBuf {
        self.maps().join(name)
    }

    /// Opens a pinned map.
    pub(super) fn open(&self, name: &str) -> Result<MapData, MapError> {
        MapData::from_pin(self.map(name))
    }

    /// Reads the layout record; `None` if the generation was never completed.
    ///
    /// # Errors
    ///
    /// When the record cannot be read, or has an unknown grammar.
    pub(super) fn layout(&self) -> Result<Option<Layout>, PinError> {
        let pin = self.map(Layout::MAP);
        match opened::to_read(&pin) {
            Ok(map) => Layout::of_map(map).map(Some).map_err(|_| PinError::Layout(self.path.clone())),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(PinError::refused("open", &pin)(cause)),
        }
    }

    /// Returns the store of the interfaces' pins, for transactions.
    pub(super) fn store(&self) -> PinStore {
        PinStore::new(self.interfaces_folder(), Kernel)
    }

    /// Returns the pins of an interface, existing or not.
    pub(super) fn interface(&self, name: &str) -> InterfacePins {
        InterfacePins::new(&self.interfaces_folder(), name)
    }

    /// Lists the interfaces that have pins.
    pub(super) fn interfaces(&self) -> Result<Vec<InterfacePins>, PinError> {
        let folders = entries(&self.interfaces_folder())?;
        Ok(folders.iter().filter_map(|path| InterfacePins::at(path)).collect())
    }

    /// Removes the generation, and returns the foreign files that are left.
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

    /// Path of the generation.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_that_cannot_be_read_is_not_a_missing_one() {
        let path = std::env::temp_dir().join(format!("pin-generation-{}", std::process::id()));
        let generation = Generation::new(path.clone(), 1);
        generation.create().expect("new folders");
        assert!(matches!(generation.layout(), Ok(None)), "a start was interrupted");
        // A plain file replaces the pinned map.
        fs::write(generation.map(Layout::MAP), "").expect("room");
        assert!(matches!(generation.layout(), Err(PinError::Refused { .. })));
        fs::remove_dir_all(path).expect("they are the test's");
    }
}
