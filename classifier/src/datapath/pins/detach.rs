//! Everything that is pinned, taken away.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{Folder, PinError};

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detached {
    /// Interfaces that are no longer counted.
    pub interfaces: Vec<String>,
    /// What is in the folder and is not the classifier's: left alone.
    pub left: Vec<PathBuf>,
}

impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interfaces[..] {
            [] => writeln!(f, "nothing was pinned")?,
            interfaces => writeln!(f, "no longer counted: {}", interfaces.join(", "))?,
        }
        self.left
            .iter()
            .try_for_each(|path| writeln!(f, "left alone, not the classifier's: {}", path.display()))
    }
}

/// Removes every program, link, map and pin of a folder, and the folder.
///
/// # Errors
///
/// When an agent works with it, or the kernel refuses.
pub fn detach(path: &Path) -> Result<Detached, PinError> {
    let Some(folder) = Folder::open_existing(path)? else { return Ok(Detached::default()) };
    let mut detached = Detached::default();
    for generation in folder.generations()? {
        let interfaces = generation.interfaces()?;
        detached.interfaces.extend(interfaces.iter().map(|interface| interface.name().to_owned()));
        detached.left.extend(generation.remove()?);
    }
    detached.interfaces.sort_unstable();
    detached.interfaces.dedup();
    if !folder.remove()? {
        detached.left.push(path.to_owned());
    }
    Ok(detached)
}
