// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Model of an agent's counts after any events.

use std::collections::BTreeMap;

/// Identity of an interface: the end of its pair that never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub usize);

/// State of an interface.
#[derive(Clone, Debug)]
pub struct Link {
    pub name: String,
    /// True if it is in the agent's namespace.
    pub is_here: bool,
    /// True if a program counts its packets.
    is_attached: bool,
    /// Last name that an agent knew, which its pins have.
    known: Option<String>,
    count: u64,
}

/// Interfaces, and names with counts and without an interface.
#[derive(Default)]
pub struct Model {
    pub links: BTreeMap<Id, Link>,
    retained: BTreeMap<String, u64>,
    stays_attached: bool,
}

/// Served data: packets by name, and the attached names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Served {
    pub packets: BTreeMap<String, u64>,
    pub attached: Vec<String>,
}

impl Model {
    /// Creates an empty model. Programs stay attached to an interface that moves to another namespace if
    /// links attach them; filters are removed.
    pub fn new(stays_attached: bool) -> Self {
        Self { stays_attached, ..Self::default() }
    }

    pub fn add(&mut self, id: Id, name: &str) {
        let name = name.to_owned();
        self.links.insert(id, Link { name, is_here: true, is_attached: false, known: None, count: 0 });
    }

    pub fn delete(&mut self, id: Id) {
        let link = self.links.remove(&id).expect("it was added");
        self.retain(&link);
    }

    /// Renames interfaces.
    pub fn rename(&mut self, renames: &[(Id, String)]) {
        for (id, name) in renames {
            self.link(*id).name.clone_from(name);
        }
    }

    /// Moves an interface to another namespace, or back.
    pub fn move_to(&mut self, id: Id, is_here: bool) {
        let stays_attached = self.stays_attached;
        let link = self.link(id);
        link.is_here = is_here;
        if !is_here && !stays_attached {
            link.is_attached = false;
            let gone = link.clone();
            (link.known, link.count) = (None, 0);
            self.retain(&gone);
        }
    }

    /// Adds received packets.
    pub fn receive(&mut self, id: Id, packets: u64) {
        let link = self.link(id);
        if link.is_attached {
            link.count += packets;
        }
    }

    /// Applies an agent's complete reconciliation: present interfaces are attached under their names, and get
    /// the earlier counts of those names.
    pub fn settle(&mut self) {
        let gone: Vec<_> = self.links.values().filter(|link| !link.is_here).cloned().collect();
        for link in &gone {
            self.retain(link);
        }
        for link in self.links.values_mut() {
            if link.is_here {
                link.is_attached = true;
                link.known = Some(link.name.clone());
                link.count += self.retained.remove(&link.name).unwrap_or(0);
            } else {
                (link.is_attached, link.known, link.count) = (false, None, 0);
            }
        }
    }

    /// Returns the served data after reconciliation.
    pub fn served(&self) -> Served {
        let here = || self.links.values().filter(|link| link.is_here);
        let counts = here().map(|link| (link.name.clone(), link.count));
        let packets = self.retained.clone().into_iter().chain(counts).collect();
        let mut attached: Vec<_> = here().map(|link| link.name.clone()).collect();
        attached.sort();
        Served { packets, attached }
    }

    /// Keeps the counts under the name that the agent knew.
    fn retain(&mut self, link: &Link) {
        if let Some(known) = &link.known {
            *self.retained.entry(known.clone()).or_default() += link.count;
        }
    }

    fn link(&mut self, id: Id) -> &mut Link {
        self.links.get_mut(&id).expect("it was added")
    }
}
