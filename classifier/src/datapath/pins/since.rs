// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the beginning of the observation.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Returns the time at which the oldest counters of an interface were pinned: a bpf filesystem sets the time of an entry
/// once. `None` if there are none, or they cannot be read.
#[must_use]
pub fn pinned_since(folder: &Path) -> Option<SystemTime> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let interfaces = below(folder).into_iter().flat_map(|generation| below(&generation.join("interfaces")));
    let pinned =
        interfaces.filter_map(|interface| fs::metadata(interface.join("counters")).ok()?.modified().ok());
    pinned.min()
}
