//! A pin folder, looked at from another process: nothing is locked, created or changed.

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
use crate::config::{Assignment, ProtocolNames};

/// What is pinned in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenPins {
    /// Where.
    pub folder: PathBuf,
    /// The process that holds it, as far as this process sees others.
    pub process: Option<u32>,
    /// How many generations of maps there are: more than one only during a takeover.
    pub generations: usize,
    /// Numbers of the pinned maps that tell agents apart.
    pub maps: Vec<u32>,
    /// The interfaces that have counters in it, in order.
    pub interfaces: Vec<SeenInterface>,
    /// The configured protocols, as their rows are pinned; none where they cannot be read.
    pub names: ProtocolNames,
}

/// An interface that has pinned counters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenInterface {
    /// Its name.
    pub name: String,
    /// Whether anything is pinned beside the counters that holds a program to it.
    pub is_held: bool,
}

/// Looks into a folder; `None` where it is not there.
///
/// # Errors
///
/// When the kernel does not let this process look.
pub fn look(path: &Path) -> Result<Option<SeenPins>, PinError> {
    match fs::metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(PinError::refused("look into", path)(cause)),
        Ok(_) => {}
    }
    let process = holder_of(path).map_err(PinError::refused("see who holds", path))?;
    let (generations, _) = generations(path)?;
    let folder = path.to_owned();
    let mut seen = SeenPins { folder, process, generations: generations.len(), ..SeenPins::default() };
    for generation in &generations {
        for name in [MAP_COUNTERS, MAP_ENDPOINTS] {
            seen.maps.extend(number(generation, name)?);
        }
    }
    // What older generations have of an interface, a newer one has taken over or is going to.
    if let Some(newest) = generations.first() {
        let assignment = rows::read(&newest.map(NAMES)).ok().and_then(|rows| Assignment::of_rows(&rows).ok());
        seen.names = assignment.map(|assignment| assignment.names().clone()).unwrap_or_default();
        for pins in newest.interfaces()?.into_iter().filter(|pins| pins.counters().exists()) {
            seen.interfaces
                .push(SeenInterface { name: pins.name().to_owned(), is_held: !pins.links().is_empty() });
        }
    }
    seen.interfaces.sort_unstable();
    Ok(Some(seen))
}

/// The kernel's number of a pinned map; `None` where it is not there, or has just gone.
fn number(generation: &Generation, name: &str) -> Result<Option<u32>, PinError> {
    let pin = generation.map(name);
    match opened::to_read(&pin) {
        Ok(map) => Ok(Some(map.info().map_err(PinError::of("open", &pin))?.id())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(PinError::refused("open", &pin)(cause)),
    }
}
