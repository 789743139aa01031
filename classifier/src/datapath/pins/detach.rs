//! Everything that is pinned, taken away.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use classifier_common::abi::Direction;

use super::{Folder, InterfacePins, LinkPin, PinError};
use crate::{datapath::filter, hook};

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detached {
    /// Interfaces that are no longer counted.
    pub interfaces: Vec<String>,
    /// Interfaces whose TC filters, before Linux 6.6, are not to be seen in this network namespace: if they are in another,
    /// they stay.
    pub elsewhere: Vec<String>,
    /// What is in the folder and is not the classifier's: left alone.
    pub left: Vec<PathBuf>,
}

impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interfaces[..] {
            [] => writeln!(f, "nothing was pinned")?,
            interfaces => writeln!(f, "no longer counted: {}", interfaces.join(", "))?,
        }
        for interface in &self.elsewhere {
            writeln!(
                f,
                "no TC filters found on {interface}; if it is in another network namespace, `{}` there, and the same with \
                 `egress`, ends them",
                filter::removal(interface, Direction::Ingress)
            )?;
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
        let elsewhere = interfaces.iter().filter(|interface| is_elsewhere(interface));
        detached.elsewhere.extend(elsewhere.map(|interface| interface.name().to_owned()));
        detached.left.extend(generation.remove()?);
    }
    for names in [&mut detached.interfaces, &mut detached.elsewhere] {
        names.sort_unstable();
        names.dedup();
    }
    if !folder.remove()? {
        detached.left.push(path.to_owned());
    }
    Ok(detached)
}

/// Whether filters were hung on an interface and are not to be seen from here.
fn is_elsewhere(pins: &InterfacePins) -> bool {
    let Some(index) = pins.index() else { return false };
    let is_seen = |link: &LinkPin| filter::is_there(index, link.direction).unwrap_or(false);
    pins.links().iter().any(|link| link.hook == hook::TC && !is_seen(link))
}
