// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Attaches and detaches interfaces, and keeps, continues or drops their counters.

use std::iter;

use classifier_common::packet::Link;
use tracing::error;

use super::{
    Datapath, DatapathError, Hooks,
    attach::{self, Links},
    counts::Counts,
    pins::{InterfacePins, Pinned},
    reader::Reader,
};
use crate::{
    config::XdpMode,
    hook,
    interfaces::Interface,
    snapshot::{InterfaceReading, InterfaceSnapshot, ReadError},
};

/// An attached interface: dropping it detaches it.
pub struct Attached {
    /// Interface.
    pub interface: Interface,
    /// Hooks of the interface.
    pub hooks: Hooks,
    pub(super) links: Links,
    pub(super) counts: Counts,
}

/// The counters of an interface that is no longer attached. They do not change any more.
pub struct Retained {
    /// Last name of the interface.
    pub name: String,
    pub(super) counts: Counts,
    pub(super) egress: bool,
}

/// The counters of a returned interface that could not be attached again.
pub struct Refused {
    /// Reason of the refusal.
    pub error: DatapathError,
    /// Counters of the interface, unchanged.
    pub retained: Retained,
}

impl Datapath {
    /// Attaches an interface and counts it until the returned value is dropped or [retained](Self::retain).
    ///
    /// # Errors
    ///
    /// When the interface refuses the hook that was asked for, or every one.
    pub fn attach(
        &mut self,
        interface: Interface,
        mode: XdpMode,
        egress: bool,
    ) -> Result<Attached, DatapathError> {
        let link = interface.link.unwrap_or(Link::Ethernet);
        let choice = self.choice(&interface);
        let block = self.blocks.create(&interface.name, interface.index, link)?;
        let mut counts = Counts::of(block);
        let attached = self.pin(&interface.name, &mut counts).and_then(|()| {
            let link_pins = self.link_pins(&interface, counts.pins.as_ref());
            attach::attach(&mut self.programs, &interface, choice, mode, egress, link_pins.as_ref())
        });
        match attached {
            Ok((hooks, links)) => Ok(Attached { interface, hooks, links, counts }),
            Err(refused) => {
                self.drop_counts(iter::once(&mut counts));
                Err(refused)
            }
        }
    }

    /// Retargets the counters of returned interfaces, all at once; [`Self::attach_again`] then has nothing to
    /// do. Where this fails, `attach_again` tries again, and returns the reason.
    pub fn prepare_again<'r>(
        &mut self,
        returned: impl IntoIterator<Item = (&'r Interface, &'r mut Retained)>,
    ) {
        let returned = returned.into_iter();
        let mut moved: Vec<_> =
            returned.map(|(interface, retained)| (interface, &mut retained.counts.block)).collect();
        moved.retain(|(interface, block)| !block.is_of(interface.index));
        let _ = self.blocks.retarget(&mut moved);
    }

    /// Undoes the preparation for interfaces that were not attached in the end, returned ones included.
    pub fn settle<'r>(&mut self, retained: impl IntoIterator<Item = &'r mut Retained>) {
        self.blocks.settle();
        // Without memory the slots stay taken until the counters are forgotten.
        let _ = self.blocks.evict(retained.into_iter().map(|retained| &mut retained.counts.block));
    }

    /// Attaches a returned interface again, and continues its counters.
    ///
    /// # Errors
    ///
    /// As [`Self::attach`].
    pub fn attach_again(
        &mut self,
        interface: Interface,
        mode: XdpMode,
        egress: bool,
        mut retained: Retained,
    ) -> Result<Attached, Box<Refused>> {
        let choice = self.choice(&interface);
        let block = &mut retained.counts.block;
        let retargeted = if block.is_of(interface.index) {
            Ok(())
        } else {
            self.blocks.retarget(&mut [(&interface, block)])
        };
        let link_pins = self.link_pins(&interface, retained.counts.pins.as_ref());
        let attach =
            |()| attach::attach(&mut self.programs, &interface, choice, mode, egress, link_pins.as_ref());
        match retargeted.and_then(attach) {
            Ok((hooks, links)) => Ok(Attached { interface, hooks, links, counts: retained.counts }),
            Err(error) => {
                // A failed start must leave the attachments of the previous agent; a successful one gives
                // them up.
                if self.pinned.as_ref().is_none_or(Pinned::is_kept) {
                    unlink(&retained.counts);
                    let _ = self.blocks.evict(iter::once(&mut retained.counts.block));
                }
                Err(Box::new(Refused { error, retained }))
            }
        }
    }

    /// Detaches interfaces, and keeps their counters, which are final once this returns.
    pub fn retain(&mut self, attached: impl IntoIterator<Item = Attached>) -> Vec<Retained> {
        let mut all: Vec<_> = attached.into_iter().map(Attached::detach).collect();
        // Without memory the slots stay taken until the counters are forgotten.
        let _ = self.blocks.evict(all.iter_mut().map(|retained| &mut retained.counts.block));
        all
    }

    /// Frees the counters of detached interfaces.
    pub fn forget(&mut self, retained: impl IntoIterator<Item = Retained>) {
        let mut all: Vec<_> = retained.into_iter().collect();
        self.drop_counts(all.iter_mut().map(|retained| &mut retained.counts));
    }

    fn drop_counts<'c>(&mut self, counts: impl Iterator<Item = &'c mut Counts>) {
        let mut all: Vec<_> = counts.collect();
        // Without memory the slots stay taken, and the next interfaces get others.
        let _ = self.blocks.evict(all.iter_mut().map(|counts| &mut counts.block));
        for pins in all.iter().filter_map(|counts| counts.pins.as_ref()) {
            if let Err(refused) = pins.remove() {
                error!(error = %refused, "cannot remove the pinned counters of a removed interface");
            }
        }
    }

    /// Renames counters, those of several interfaces at once: names may be shifted and swapped among them.
    /// The counts of an earlier owner of a new name are added to the counters that get the name.
    pub fn rename_all(&mut self, mut renames: Vec<Rename<'_>>) {
        for rename in &mut renames {
            if let Some(before) = rename.before.take() {
                self.join(rename.of.counts, before);
            }
        }
        if let Some(pinned) = &self.pinned {
            let all =
                renames.iter().filter_map(|rename| Some((rename.of.counts.pins.as_ref()?, &*rename.to)));
            match pinned.rename_all(&all.collect::<Vec<_>>()) {
                Ok(()) => {
                    for Rename { of, to, .. } in &mut renames {
                        if let Some(pins) = &mut of.counts.pins {
                            *pins = pinned.interface(to);
                        }
                    }
                }
                Err(refused) => {
                    error!(error = %refused, "pins of renamed interfaces keep their old names until the next start");
                }
            }
        }
        for rename in renames {
            *rename.of.name = rename.to;
        }
    }

    /// Adds the counts of one set of counters to another, permanently.
    fn join(&mut self, to: &mut Counts, mut from: Retained) {
        // Without memory the slot stays taken.
        let _ = self.blocks.evict(iter::once(&mut from.counts.block));
        if let (Some(pinned), Some(to), Some(from)) = (&self.pinned, &to.pins, &from.counts.pins)
            && let Err(refused) = pinned.join(from, to)
        {
            error!(error = %refused, "counters of the previous agent will be missing after a restart");
        }
        to.add(from.counts, &mut self.blocks.reader());
    }
}

/// The counters of an interface, attached or not, with the name of the interface.
pub struct CountersOf<'a> {
    pub(super) counts: &'a mut Counts,
    name: &'a mut String,
}

/// Counters that get another name.
pub struct Rename<'a> {
    /// Counters to rename.
    pub of: CountersOf<'a>,
    /// New name.
    pub to: String,
    /// Counts of another interface under the new name.
    pub before: Option<Retained>,
}

impl Attached {
    /// Returns the counters of the interface.
    pub const fn counters(&mut self) -> CountersOf<'_> {
        CountersOf { counts: &mut self.counts, name: &mut self.interface.name }
    }

    pub(super) fn snapshot(&self, reader: &mut Reader) -> Result<InterfaceSnapshot, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceSnapshot {
            name: self.interface.name.clone(),
            ingress: self.hooks.ingress,
            egress: self.hooks.egress,
            counters: [Some(ingress), self.sees_egress().then_some(egress)],
        })
    }

    pub(super) fn reading(&self, reader: &mut Reader) -> Result<InterfaceReading, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceReading::of(&self.interface.name, [Some(&ingress), Some(&egress)]))
    }

    /// Tells whether attaching the interface now would choose the same hooks.
    #[must_use]
    pub fn is_as(&self, mode: XdpMode, egress: bool) -> bool {
        let tc = [hook::TCX, hook::TC].contains(&self.hooks.ingress);
        let ingress = match mode {
            XdpMode::Native => self.hooks.ingress == hook::XDP_NATIVE,
            XdpMode::Generic => self.hooks.ingress == hook::XDP_GENERIC,
            XdpMode::Off => tc,
            XdpMode::Auto => tc || self.hooks.ingress == hook::XDP_NATIVE && self.interface.is_physical(),
        };
        ingress && self.sees_egress() == egress
    }

    pub(super) fn sees_egress(&self) -> bool {
        self.hooks.egress != hook::NONE
    }

    fn detach(self) -> Retained {
        unlink(&self.counts);
        self.links.release();
        Retained { egress: self.hooks.egress != hook::NONE, name: self.interface.name, counts: self.counts }
    }
}

impl Retained {
    /// Returns the counters.
    pub const fn counters(&mut self) -> CountersOf<'_> {
        CountersOf { counts: &mut self.counts, name: &mut self.name }
    }

    /// Returns the index of the last counted interface.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.counts.block.index()
    }

    pub(super) fn snapshot(&self, reader: &mut Reader) -> Result<InterfaceSnapshot, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceSnapshot {
            name: self.name.clone(),
            ingress: hook::NONE,
            egress: hook::NONE,
            counters: [Some(ingress), self.egress.then_some(egress)],
        })
    }

    pub(super) fn reading(&self, reader: &mut Reader) -> Result<InterfaceReading, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceReading::of(&self.name, [Some(&ingress), Some(&egress)]))
    }
}

/// Removes the pinned links and filters of an interface.
fn unlink(counts: &Counts) {
    if let Some(Err(refused)) = counts.pins.as_ref().map(InterfacePins::unlink) {
        error!(error = %refused, "cannot remove the pinned link of an unwanted interface");
    }
}
