//! From an interface that is attached to one that was: its counters go on, stay as they are, or are dropped.

use std::iter;

use classifier_common::{abi::MAP_COUNTERS, packet::Link};
use tracing::error;

use super::{
    Datapath, DatapathError, Hooks,
    attach::{self, Links},
    blocks::InterfaceBlock,
    pins::InterfacePins,
    reader::{Reader, Sums},
};
use crate::{
    config::XdpMode,
    counters::{InterfaceSnapshot, ReadError},
    history::InterfaceReading,
    hook,
    interfaces::Interface,
};

/// An attached interface: dropping it detaches it.
pub struct Attached {
    /// The interface.
    pub interface: Interface,
    /// Its hooks.
    pub hooks: Hooks,
    links: Links,
    pub(super) counts: Counts,
}

/// The counters of an interface that is no longer attached; they do not change any more.
pub struct Retained {
    /// Its last name.
    pub name: String,
    pub(super) counts: Counts,
    pub(super) egress: bool,
}

/// What an interface has counted.
pub(super) struct Counts {
    pub block: InterfaceBlock,
    /// What others counted under its name before it had it, or another layout.
    pub before: Option<Sums>,
    /// Where it is pinned, if it is.
    pub pins: Option<InterfacePins>,
}

/// An interface that has returned is not attached, and its counters stay as they are.
pub struct Refused {
    /// Why.
    pub error: DatapathError,
    /// Its counters.
    pub retained: Retained,
}

impl Datapath {
    /// Counts an interface from now on, until what is returned is dropped or [retained](Self::retain).
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
        let mut counts = Counts { block, before: None, pins: None };
        let attached = self.pin(&interface.name, &mut counts).and_then(|()| {
            let places = self.places(&interface, counts.pins.as_ref());
            attach::attach(&mut self.programs, &interface, choice, mode, egress, places.as_ref())
        });
        match attached {
            Ok((hooks, links)) => Ok(Attached { interface, hooks, links, counts }),
            Err(refused) => {
                self.drop_counts(iter::once(&mut counts));
                Err(refused)
            }
        }
    }

    /// Has the counters of interfaces that have returned count for them again, all at once: [`Self::attach_again`] then
    /// finds it done. What does not succeed here it will try again, and give the reason.
    pub fn prepare_again<'r>(
        &mut self,
        returned: impl IntoIterator<Item = (&'r Interface, &'r mut Retained)>,
    ) {
        let returned = returned.into_iter();
        let mut moved: Vec<_> =
            returned.map(|(interface, retained)| (interface, &mut retained.counts.block)).collect();
        moved.retain(|(interface, block)| !block.is_of(interface.index));
        let _ = self.blocks.rehouse(&mut moved);
    }

    /// Takes back what was prepared for interfaces that were not attached after all, also for returned ones.
    pub fn settle<'r>(&mut self, retained: impl IntoIterator<Item = &'r mut Retained>) {
        self.blocks.settle();
        // For want of memory the places stay taken until they are forgotten.
        let _ = self.blocks.vacate(retained.into_iter().map(|retained| &mut retained.counts.block));
    }

    /// Counts an interface that has returned on from where it stood.
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
        let housed = if block.is_of(interface.index) {
            Ok(())
        } else {
            self.blocks.rehouse(&mut [(&interface, block)])
        };
        let places = self.places(&interface, retained.counts.pins.as_ref());
        let attach =
            |()| attach::attach(&mut self.programs, &interface, choice, mode, egress, places.as_ref());
        match housed.and_then(attach) {
            Ok((hooks, links)) => Ok(Attached { interface, hooks, links, counts: retained.counts }),
            Err(error) => {
                unlink(&retained.counts);
                let _ = self.blocks.vacate(iter::once(&mut retained.counts.block));
                Err(Box::new(Refused { error, retained }))
            }
        }
    }

    /// Detaches interfaces, and keeps what they have counted: final once this returns.
    pub fn retain(&mut self, attached: impl IntoIterator<Item = Attached>) -> Vec<Retained> {
        let mut all: Vec<_> = attached.into_iter().map(Attached::detach).collect();
        // For want of memory the places stay taken until they are forgotten.
        let _ = self.blocks.vacate(all.iter_mut().map(|retained| &mut retained.counts.block));
        all
    }

    /// Gives back what was kept.
    pub fn forget(&mut self, retained: impl IntoIterator<Item = Retained>) {
        let mut all: Vec<_> = retained.into_iter().collect();
        self.drop_counts(all.iter_mut().map(|retained| &mut retained.counts));
    }

    fn drop_counts<'c>(&mut self, counts: impl Iterator<Item = &'c mut Counts>) {
        let mut all: Vec<_> = counts.collect();
        // For want of memory the places stay taken: the next ones find others.
        let _ = self.blocks.vacate(all.iter_mut().map(|counts| &mut counts.block));
        for pins in all.iter().filter_map(|counts| counts.pins.as_ref()) {
            if let Err(refused) = pins.remove() {
                error!(error = %refused, "counters of an interface that is gone stay pinned");
            }
        }
    }

    /// Adds what was counted under a name to the interface that has this name now.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map; the counts are lost then.
    pub fn join(&mut self, attached: &mut Attached, retained: Retained) -> Result<(), ReadError> {
        let sums = retained.counts.read(&mut self.blocks.reader());
        if let Ok(sums) = &sums {
            attached.credit(sums);
        }
        self.forget([retained]);
        sums.map(drop)
    }
}

impl Attached {
    /// The interface has another name now: what it has counted goes on under that.
    pub fn renamed(&mut self, name: String) {
        if let Some(Err(refused)) = self.counts.pins.as_mut().map(|pins| pins.rename(&name)) {
            error!(error = %refused, "the pins of a renamed interface keep its old name");
        }
        self.interface.name = name;
    }

    pub(super) fn snapshot(&self, reader: &mut Reader) -> Result<InterfaceSnapshot, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceSnapshot {
            name: self.interface.name.clone(),
            ingress: self.hooks.ingress,
            egress: self.hooks.egress,
            ingress_counters: Some(ingress),
            egress_counters: self.sees_egress().then_some(egress),
        })
    }

    pub(super) fn reading(&self, reader: &mut Reader) -> Result<InterfaceReading, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceReading::of(&self.interface.name, [Some(&ingress), Some(&egress)]))
    }

    /// Whether it would be attached in this way, were it attached now.
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
    pub(super) fn snapshot(&self, reader: &mut Reader) -> Result<InterfaceSnapshot, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceSnapshot {
            name: self.name.clone(),
            ingress: hook::NONE,
            egress: hook::NONE,
            ingress_counters: Some(ingress),
            egress_counters: self.egress.then_some(egress),
        })
    }

    pub(super) fn reading(&self, reader: &mut Reader) -> Result<InterfaceReading, ReadError> {
        let [ingress, egress] = self.counts.read(reader)?;
        Ok(InterfaceReading::of(&self.name, [Some(&ingress), Some(&egress)]))
    }
}

impl Counts {
    fn read(&self, reader: &mut Reader) -> Result<Sums, ReadError> {
        let sums = self.block.read(reader).map_err(ReadError::map(MAP_COUNTERS))?;
        Ok(sum(sums, self.before.as_ref()))
    }
}

/// Ends what is pinned to hold programs to the hooks of an interface.
fn unlink(counts: &Counts) {
    if let Some(Err(refused)) = counts.pins.as_ref().map(InterfacePins::unlink) {
        error!(error = %refused, "a link that is no longer wanted stays pinned");
    }
}

pub(super) fn sum(mut sums: Sums, more: Option<&Sums>) -> Sums {
    for (sum, more) in sums.iter_mut().zip(more.into_iter().flatten()) {
        sum.merge(more);
    }
    sums
}
