// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The pins of one interface.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aya::maps::MapData;
use classifier_common::abi::Direction;

use super::{
    PinError,
    entries::{entries, unpin},
    raw,
};
use crate::{
    datapath::{clsact, filter, link_info},
    hook,
};

/// A pin of an attached program: a link, or the mark of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::datapath) struct LinkPin {
    pub path: PathBuf,
    pub direction: Direction,
    /// Hook: one of the constants of [`hook`].
    pub hook: &'static str,
}

/// The pins of an interface, existing or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::datapath) struct InterfacePins {
    path: PathBuf,
    name: String,
}

impl InterfacePins {
    /// Returns the pins of an interface by its name.
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(file_name(name)), name: name.to_owned() }
    }

    /// Returns the pins in a directory; `None` if the path is no directory.
    pub(super) fn at(path: &Path) -> Option<Self> {
        let name = interface_name(path.file_name()?.to_str()?)?;
        path.is_dir().then(|| Self { path: path.to_owned(), name })
    }

    /// Name of the interface.
    pub(in crate::datapath) fn name(&self) -> &str {
        &self.name
    }

    /// Path of the pinned counters: the inner map.
    pub(in crate::datapath) fn counters(&self) -> PathBuf {
        self.path.join("counters")
    }

    /// Path of the pinned counts of another layout.
    pub(in crate::datapath) fn base(&self) -> PathBuf {
        self.path.join("base")
    }

    /// Path of the pin for this hook. A filter cannot be pinned, and has a directory instead.
    pub(in crate::datapath) fn link(&self, direction: Direction, hook: &str) -> PathBuf {
        self.path.join(format!("{}_{hook}", direction.label()))
    }

    /// Path of the mark that the agent has added the clsact qdisc.
    pub(in crate::datapath) fn qdisc(&self) -> PathBuf {
        self.path.join("clsact")
    }

    /// Lists the pins of attached programs.
    pub(in crate::datapath) fn links(&self) -> Vec<LinkPin> {
        let hooks = [hook::XDP_NATIVE, hook::XDP_GENERIC, hook::TCX, hook::TC];
        let all = Direction::ALL.into_iter().flat_map(|direction| hooks.map(|hook| (direction, hook)));
        let pins = all.map(|(direction, hook)| LinkPin { path: self.link(direction, hook), direction, hook });
        // An unreadable pin counts as present: its removal then returns the reason.
        pins.filter(|pin| pin.path.try_exists().unwrap_or(true)).collect()
    }

    /// Detaches the programs, and removes the clsact qdisc that an agent added, unless others use it.
    pub(in crate::datapath) fn unlink(&self) -> Result<(), PinError> {
        for link in self.links() {
            if link.hook == hook::TC
                && let Some(index) = self.index()
            {
                filter::remove(index, link.direction).map_err(PinError::filter(&self.name))?;
            }
            link_info::detach(&link.path);
            unpin(&link.path)?;
        }
        if self.qdisc().exists() {
            if let Some(index) = self.index() {
                clsact::remove_if_empty(index).map_err(PinError::filter(&self.name))?;
            }
            unpin(&self.qdisc())?;
        }
        Ok(())
    }

    /// Removes the marks of filters that have gone. Another interface may have the index by now, with filters
    /// of its own, which [`Self::unlink`] would remove.
    pub(in crate::datapath) fn forget_lost_filters(&self) -> Result<(), PinError> {
        let index = self.index();
        let is_lost = |link: &LinkPin| {
            link.hook == hook::TC
                && index.is_none_or(|index| matches!(filter::is_there(index, link.direction), Ok(false)))
        };
        self.links().iter().filter(|link| is_lost(link)).try_for_each(|link| unpin(&link.path))
    }

    /// Index of the last counted interface, in its network namespace; `None` if nothing was counted.
    pub(in crate::datapath) fn index(&self) -> Option<u32> {
        let counters = MapData::from_pin(self.counters()).ok()?;
        let values = raw::values(&counters, Direction::Ingress as u32).ok()?;
        // A block of any layout begins with the interface index.
        let [a, b, c, d, ..] = values.first()?.first()?.to_ne_bytes();
        Some(u32::from_ne_bytes([a, b, c, d])).filter(|index| *index != 0)
    }

    pub(super) fn create(&self) -> Result<(), PinError> {
        fs::create_dir_all(&self.path).map_err(PinError::refused("create", &self.path))
    }

    /// Removes all pins of the interface, and with them what only the pins keep.
    pub(in crate::datapath) fn remove(&self) -> Result<(), PinError> {
        self.unlink()?;
        entries(&self.path)?.iter().try_for_each(|pin| unpin(pin))?;
        match fs::remove_dir(&self.path) {
            Err(cause) if self.path.exists() => Err(PinError::refused("remove", &self.path)(cause)),
            _ => Ok(()),
        }
    }

    /// Tells whether the interface has pins.
    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }
}

/// Encodes an interface name as a file name: a bpf filesystem has no names with dots, which interface names
/// may have.
pub(super) fn file_name(interface: &str) -> String {
    interface.replace('%', "%25").replace('.', "%2e")
}

fn interface_name(file: &str) -> Option<String> {
    let name = file.replace("%2e", ".").replace("%25", "%");
    (file_name(&name) == file).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_dot_comes_back() {
        for (name, file) in [("eth0", "eth0"), ("eth0.100", "eth0%2e100"), ("a%2e.b", "a%252e%2eb")] {
            assert_eq!(file_name(name), file);
            assert_eq!(interface_name(file).as_deref(), Some(name));
        }
        // Names of `PinStore` transactions belong to no interface.
        for file in ["50%", "%staged", "%committed", "%joinedeth0"] {
            assert_eq!(interface_name(file), None);
        }
    }
}
