// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads a pin directory from another process, without a lock or a change.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use classifier_common::abi::{MAP_COUNTERS, MAP_ENDPOINTS};

use super::{
    PinError,
    folder::generations,
    generation::Generation,
    lock::holder_of,
    opened,
    rows::{self, NAMES},
};
use crate::config::Assignment;
use crate::protocol_names::ProtocolNames;

/// The content of a pin directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinDirectory {
    /// Path of the directory.
    pub folder: PathBuf,
    /// Process that has locked the directory, if visible from here.
    pub process: Option<u32>,
    /// Number of generations: more than one only during a takeover.
    pub generations: usize,
    /// Kernel numbers of the pinned maps that tell agents apart.
    pub maps: Vec<u32>,
    /// Interfaces with pinned counters, in order.
    pub interfaces: Vec<PinnedInterface>,
    /// Configured protocols from their pinned rows; none if unreadable.
    pub names: ProtocolNames,
}

/// An interface with pinned counters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinnedInterface {
    /// Name of the interface.
    pub name: String,
    /// The interface has a pinned link or the mark of a filter.
    pub is_attached: bool,
}

/// Reads a pin directory; `None` if it does not exist.
///
/// # Errors
///
/// When the kernel does not let this process read it.
pub fn look(path: &Path) -> Result<Option<PinDirectory>, PinError> {
    match fs::metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(PinError::refused("read", path)(cause)),
        Ok(_) => {}
    }
    let process = holder_of(path).map_err(PinError::refused("find the process that uses", path))?;
    let (generations, _) = generations(path)?;
    let folder = path.to_owned();
    let mut seen =
        PinDirectory { folder, process, generations: generations.len(), ..PinDirectory::default() };
    for generation in &generations {
        for name in [MAP_COUNTERS, MAP_ENDPOINTS] {
            seen.maps.extend(number(generation, name)?);
        }
    }
    // A newer generation has taken over the interfaces of older ones, or is about to.
    if let Some(newest) = generations.first() {
        let assignment = rows::read(&newest.map(NAMES)).ok().and_then(|rows| Assignment::of_rows(&rows).ok());
        seen.names = assignment.map(|assignment| assignment.names().clone()).unwrap_or_default();
        for pins in newest.interfaces()?.into_iter().filter(|pins| pins.counters().exists()) {
            seen.interfaces.push(PinnedInterface {
                name: pins.name().to_owned(),
                is_attached: !pins.links().is_empty(),
            });
        }
    }
    seen.interfaces.sort_unstable();
    Ok(Some(seen))
}

/// Returns the kernel's number of a pinned map; `None` if it is missing.
fn number(generation: &Generation, name: &str) -> Result<Option<u32>, PinError> {
    let pin = generation.map(name);
    match opened::to_read(&pin) {
        Ok(map) => Ok(Some(map.info().map_err(PinError::of("open", &pin))?.id())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(PinError::refused("open", &pin)(cause)),
    }
}
