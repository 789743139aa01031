// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Removes everything that is pinned.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use classifier_common::abi::Direction;

use super::{Folder, InterfacePins, LinkPin, PinError};
use crate::{datapath::filter, hook};

/// Result of a removal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detached {
    /// Interfaces that are no longer counted.
    pub interfaces: Vec<String>,
    /// Interfaces whose TC filters, before Linux 6.6, are not in this network namespace. Filters in another
    /// namespace stay.
    pub elsewhere: Vec<String>,
    /// Foreign files in the directory, which stay.
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
                "no TC filters found on {interface}; if it is in another network namespace, remove them there with \
                 `{}`, and the same with `egress`",
                filter::removal(interface, Direction::Ingress)
            )?;
        }
        self.left.iter().try_for_each(|path| {
            writeln!(f, "not removed, not created by the classifier: {}", path.display())
        })
    }
}

/// Removes every program, link, map and pin of a directory, and the directory.
///
/// # Errors
///
/// When an agent uses the directory, or the kernel refuses.
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

/// Tells whether an interface had filters that cannot be found from here.
fn is_elsewhere(pins: &InterfacePins) -> bool {
    let Some(index) = pins.index() else { return false };
    let is_seen = |link: &LinkPin| filter::is_there(index, link.direction).unwrap_or(false);
    pins.links().iter().any(|link| link.hook == hook::TC && !is_seen(link))
}
