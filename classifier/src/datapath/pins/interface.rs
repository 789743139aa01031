//! The pins of one interface.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aya::maps::MapData;
use classifier_common::abi::Direction;

use super::{
    PinError,
    folder::{entries, unpin},
    raw,
};
use crate::{
    datapath::{clsact, filter, link_info},
    hook,
};

/// What holds a program to a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::datapath) struct LinkPin {
    pub path: PathBuf,
    pub direction: Direction,
    /// One of the words of [`hook`].
    pub hook: &'static str,
}

/// The pins of an interface, whether or not there are any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::datapath) struct InterfacePins {
    path: PathBuf,
    name: String,
}

impl InterfacePins {
    /// Of an interface's name, within the folder of all.
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(file_name(name)), name: name.to_owned() }
    }

    /// Those in a folder; `None` if it is none.
    pub(super) fn at(path: &Path) -> Option<Self> {
        let name = interface_name(path.file_name()?.to_str()?)?;
        path.is_dir().then(|| Self { path: path.to_owned(), name })
    }

    /// Name of the interface.
    pub(in crate::datapath) fn name(&self) -> &str {
        &self.name
    }

    /// Its counters: the inner map.
    pub(in crate::datapath) fn counters(&self) -> PathBuf {
        self.path.join("counters")
    }

    /// What was counted in another layout.
    pub(in crate::datapath) fn base(&self) -> PathBuf {
        self.path.join("base")
    }

    /// What holds a program to this hook; a folder where a filter does, which cannot be pinned.
    pub(in crate::datapath) fn link(&self, direction: Direction, hook: &str) -> PathBuf {
        self.path.join(format!("{}_{hook}", direction.label()))
    }

    /// Says that the clsact qdisc was not there before.
    pub(in crate::datapath) fn qdisc(&self) -> PathBuf {
        self.path.join("clsact")
    }

    /// The hooks that it is held to.
    pub(in crate::datapath) fn links(&self) -> Vec<LinkPin> {
        let hooks = [hook::XDP_NATIVE, hook::XDP_GENERIC, hook::TCX, hook::TC];
        let all = Direction::ALL.into_iter().flat_map(|direction| hooks.map(|hook| (direction, hook)));
        let pins = all.map(|(direction, hook)| LinkPin { path: self.link(direction, hook), direction, hook });
        // One that may not be looked at is there: removing it then says why it cannot be.
        pins.filter(|pin| pin.path.try_exists().unwrap_or(true)).collect()
    }

    /// Ends the programs' hold, and removes the qdisc that was added for them unless others use it.
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

    /// Index of the interface that was counted last, in its network namespace; `None` where nothing was.
    pub(in crate::datapath) fn index(&self) -> Option<u32> {
        let counters = MapData::from_pin(self.counters()).ok()?;
        let values = raw::values(&counters, Direction::Ingress as u32).ok()?;
        // A block of any layout begins with it.
        let [a, b, c, d, ..] = values.first()?.first()?.to_ne_bytes();
        Some(u32::from_ne_bytes([a, b, c, d])).filter(|index| *index != 0)
    }

    pub(super) fn create(&self) -> Result<(), PinError> {
        fs::create_dir_all(&self.path).map_err(PinError::refused("create", &self.path))
    }

    /// Removes all of it: what only these pins hold is gone.
    pub(in crate::datapath) fn remove(&self) -> Result<(), PinError> {
        self.unlink()?;
        entries(&self.path)?.iter().try_for_each(|pin| unpin(pin))?;
        match fs::remove_dir(&self.path) {
            Err(cause) if self.path.exists() => Err(PinError::refused("remove", &self.path)(cause)),
            _ => Ok(()),
        }
    }

    /// The pins of another interface beside this one.
    pub(in crate::datapath) fn beside(&self, name: &str) -> Self {
        Self { path: self.path.with_file_name(file_name(name)), name: name.to_owned() }
    }

    /// Whether there are any.
    pub(in crate::datapath) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Gives it another name, that no other has.
    pub(in crate::datapath) fn rename(&mut self, name: &str) -> Result<(), PinError> {
        let to = self.beside(name);
        fs::rename(&self.path, &to.path).map_err(PinError::refused("rename", &self.path))?;
        *self = to;
        Ok(())
    }
}

/// A bpf filesystem has no names with dots, which names of interfaces may have.
fn file_name(interface: &str) -> String {
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
        assert_eq!(interface_name("50%"), None);
    }
}
