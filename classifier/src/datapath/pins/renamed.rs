// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Renames the pins of renamed interfaces, in a running agent and at its start.

use std::iter;

use super::{
    PinError, base,
    generation::Generation,
    interface::{InterfacePins, LinkPin},
    taken::Pinned,
};
use crate::{
    datapath::{filter, hook_programs, link_info::pinned_target, reader::Sums},
    hook,
    interfaces::Interface,
};

impl Pinned {
    /// Renames the pins of interfaces that were renamed while no agent ran, by their present names in
    /// `links`.
    pub(in crate::datapath) fn rename(&self, links: &[Interface]) -> Result<(), PinError> {
        let older = self.choice.older.iter().map(|(generation, _)| generation);
        for generation in iter::once(&self.choice.current).chain(older) {
            let mut renames: Vec<(InterfacePins, String)> = Vec::new();
            for pins in generation.interfaces()? {
                let name = attached_interface(&pins, links)
                    .map(|interface| interface.name.clone())
                    .filter(|name| name != pins.name());
                if let Some(name) = name.filter(|name| renames.iter().all(|(_, other)| other != name)) {
                    renames.push((pins, name));
                }
            }
            let renames: Vec<_> = renames.iter().map(|(pins, name)| (pins, name.as_str())).collect();
            rename_all(generation, &renames)?;
        }
        Ok(())
    }

    /// Renames pins, all or none.
    pub(in crate::datapath) fn rename_all(&self, renames: &[(&InterfacePins, &str)]) -> Result<(), PinError> {
        rename_all(&self.choice.current, renames)
    }

    /// Adds the counts of one interface's pins to another's and removes them, both or neither.
    pub(in crate::datapath) fn join(&self, from: &InterfacePins, to: &InterfacePins) -> Result<(), PinError> {
        base::join(&self.choice.current.store(), from, to)
    }

    /// Pins the base of an interface instead of the present one.
    pub(in crate::datapath) fn write_base(&self, pins: &InterfacePins, sums: &Sums) -> Result<(), PinError> {
        base::write(&self.choice.current.store(), pins, sums)
    }
}

/// Renames pins, after joining the pins of an earlier owner of a new name with those that get it.
fn rename_all(generation: &Generation, renames: &[(&InterfacePins, &str)]) -> Result<(), PinError> {
    let store = generation.store();
    for (pins, name) in renames {
        let there = generation.interface(name);
        if there.exists() && renames.iter().all(|(other, _)| other.name() != *name) {
            base::join(&store, &there, pins)?;
        }
    }
    let names: Vec<_> = renames.iter().map(|(pins, name)| (pins.name(), *name)).collect();
    store.rename_all(&names)
}

/// Finds the interface that these pins are attached to; `None` if it has gone.
fn attached_interface<'l>(pins: &InterfacePins, links: &'l [Interface]) -> Option<&'l Interface> {
    let holds = |pin: &LinkPin| {
        let is_filter = pin.hook == hook::TC;
        let index = if is_filter {
            pins.index()
        } else {
            pinned_target(&pin.path).ok().map(|target| target.interface)
        };
        let interface = links.iter().find(|interface| Some(interface.index) == index)?;
        let is_attached = if is_filter {
            filter::is_there(interface.index, pin.direction).unwrap_or(false)
        } else {
            hook_programs::is_at(&pin.path, pin.hook, pin.direction, interface)
        };
        is_attached.then_some(interface)
    };
    pins.links().iter().find_map(holds)
}
