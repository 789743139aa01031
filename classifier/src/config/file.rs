// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The configuration file: one layer of settings, rejected as a whole on any error.

use std::path::{Path, PathBuf};

mod claims;
mod document;
mod ftp_table;

pub(super) use self::document::layer;
use super::Layer;
use crate::located::{self, FileError, Purpose};

/// Reads a configuration file.
pub(crate) fn read(path: &Path) -> Result<Layer, FileError> {
    let layer = located::read(Purpose::Configuration, path, layer)?;
    // Relative paths in the file are relative to its directory.
    let beside = |named: PathBuf| match path.parent() {
        Some(folder) if !named.as_os_str().is_empty() => folder.join(named),
        Some(_) | None => named,
    };
    let (web_config, policy) = (layer.web_config.map(beside), layer.policy.map(beside));
    Ok(Layer { web_config, policy, ..layer })
}
