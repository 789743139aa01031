// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lists and removes entries of a directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::PinError;

/// Lists the entries of a directory, unordered; none if it is missing.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, PinError> {
    let refused = |cause| PinError::refused("list", folder)(cause);
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(refused)).collect(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(refused(cause)),
    }
}

/// Removes a pin, or the directory that marks an unpinnable object. A missing one is no error.
pub(in crate::datapath) fn unpin(path: &Path) -> Result<(), PinError> {
    let removed = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
    match removed {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(PinError::refused("remove", path)(cause))
        }
        _ => Ok(()),
    }
}
