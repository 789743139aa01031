//! Interfaces that were renamed while no agent looked.

use super::{
    PinError, base,
    interface::{InterfacePins, LinkPin},
    taken::Pinned,
};
use crate::{
    datapath::{filter, link_info::pinned_target},
    hook,
};

impl Pinned {
    /// Gives the pins of interfaces that have been renamed their names; `now` tells the name of an index.
    pub(in crate::datapath) fn rename(&self, now: impl Fn(u32) -> Option<String>) -> Result<(), PinError> {
        let older = self.choice.older.iter().map(|(generation, _)| generation);
        for generation in std::iter::once(&self.choice.current).chain(older) {
            let mut renamed = Vec::new();
            for mut pins in generation.interfaces()? {
                let name = held_interface(&pins).and_then(&now).filter(|name| name != pins.name());
                if let Some(name) = name {
                    // Aside first: interfaces may have changed names with each other.
                    pins.rename(&format!("~{}", renamed.len()))?;
                    renamed.push((pins, name));
                }
            }
            for (mut pins, name) in renamed {
                let there = pins.beside(&name);
                if there.exists() && generation.number() == self.choice.current.number() {
                    base::join(&pins, &there, &self.layout)?;
                }
                if !there.exists() {
                    pins.rename(&name)?;
                }
            }
        }
        Ok(())
    }
}

/// The interface that these pins hold programs to; `None` where it is gone.
fn held_interface(pins: &InterfacePins) -> Option<u32> {
    let holds = |link: &LinkPin| {
        if link.hook == hook::TC {
            let index = pins.index()?;
            filter::is_there(index, link.direction).is_ok_and(|is_there| is_there).then_some(index)
        } else {
            pinned_target(&link.path).ok().map(|target| target.interface).filter(|index| *index != 0)
        }
    };
    pins.links().iter().find_map(holds)
}
