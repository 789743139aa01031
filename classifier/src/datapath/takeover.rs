//! What an agent before has left in the kernel, gone on with; and what this one will leave.

use aya::maps::MapData;
use classifier_common::abi::MAP_COUNTERS;
use tracing::error;

use super::{
    Attached, Datapath, DatapathError, Retained,
    hold::Places,
    lifecycle::{Counts, sum},
    pins::{InterfacePins, base, rows::empty},
    quiesce,
    reader::Sums,
};
use crate::{config::Rows, interfaces::Interface, shadow::RuleNames};

impl Datapath {
    /// The interfaces that an agent before has counted, by the names that they have now among these links. Where one is
    /// attached, it counts on.
    ///
    /// # Errors
    ///
    /// When pins cannot be read.
    pub fn recognise(&mut self, links: &[Interface]) -> Result<Vec<Retained>, DatapathError> {
        let Some(pinned) = &self.pinned else { return Ok(Vec::new()) };
        let name = |index| links.iter().find(|link| link.index == index).map(|link| link.name.clone());
        pinned.rename(name)?;
        let interfaces = pinned.interfaces()?;
        let mut recognised = Vec::new();
        for pins in interfaces {
            // A start that was interrupted before it counted anything.
            if !pins.counters().exists() {
                pins.remove()?;
                continue;
            }
            let block = self.blocks.found(&pins.counters())?;
            let egress =
                pins.links().iter().any(|link| link.direction == classifier_common::abi::Direction::Egress);
            let counts = Counts { block, before: base::read(&pins)?, pins: Some(pins.clone()) };
            recognised.push(Retained { name: pins.name().to_owned(), counts, egress });
        }
        Ok(recognised)
    }

    /// What is no longer wanted of the interfaces that were [recognised](Self::recognise): programs are detached from
    /// them, and their counters are final.
    ///
    /// # Errors
    ///
    /// When pins cannot be removed.
    pub fn give_up<'r>(
        &mut self,
        recognised: impl IntoIterator<Item = &'r mut Retained>,
    ) -> Result<(), DatapathError> {
        let mut all: Vec<_> = recognised.into_iter().collect();
        for one in &all {
            let Some(pins) = &one.counts.pins else { continue };
            pins.unlink()?;
        }
        self.blocks.vacate(all.iter_mut().map(|one| &mut one.counts.block))
    }

    /// What maps of other layouts have counted, by the names of interfaces; [`Self::keep_pins`] removes those maps. Every
    /// interface that is wanted must be attached by now: what still hangs on others is detached.
    ///
    /// # Errors
    ///
    /// When pins cannot be read or written; they are as before then.
    pub fn carry_over(&mut self) -> Result<Vec<(String, Sums)>, DatapathError> {
        let Some(pinned) = &self.pinned else { return Ok(Vec::new()) };
        if !pinned.has_older() {
            return Ok(Vec::new());
        }
        pinned.detach_older()?;
        quiesce::quiesce();
        Ok(pinned.counted_before()?)
    }

    /// Counts that were carried over, of an interface that is not attached.
    ///
    /// # Errors
    ///
    /// When the kernel has no memory.
    pub fn credit_absent(&mut self, name: String, sums: &Sums) -> Result<Retained, DatapathError> {
        let mut counts = Counts { block: self.blocks.unhoused()?, before: None, pins: None };
        self.pin(&name, &mut counts)?;
        credit(&mut counts, sums);
        Ok(Retained { name, counts, egress: true })
    }

    /// Which configured protocol has which row of the counters; all empty where nothing is pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be read.
    pub fn rows(&self) -> Result<Rows, DatapathError> {
        self.pinned.as_ref().map_or_else(|| Ok(empty()), |pinned| Ok(pinned.rows()?))
    }

    /// Which rule of a policy has which row; all empty where nothing is pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be read.
    pub fn rules(&self) -> Result<RuleNames, DatapathError> {
        self.pinned.as_ref().map_or_else(|| Ok(empty()), |pinned| Ok(pinned.rules()?))
    }

    /// Keeps that beside the counters, where they are pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be written.
    pub fn keep_rules(&self, rules: &RuleNames) -> Result<(), DatapathError> {
        self.pinned.as_ref().map_or(Ok(()), |pinned| Ok(pinned.keep_rules(rules)?))
    }

    /// Keeps that beside the counters, where they are pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be written.
    pub fn keep_rows(&self, rows: &Rows) -> Result<(), DatapathError> {
        self.pinned.as_ref().map_or(Ok(()), |pinned| Ok(pinned.keep_rows(rows)?))
    }

    /// What is pinned stays from now on, and the maps of other layouts go.
    ///
    /// # Errors
    ///
    /// When pins cannot be removed.
    pub fn keep_pins(&mut self) -> Result<(), DatapathError> {
        let Some(pinned) = &mut self.pinned else { return Ok(()) };
        pinned.forget_older(&self.own)?;
        pinned.keep();
        Ok(())
    }

    /// Pins the counters of an interface, if anything is pinned.
    pub(super) fn pin(&mut self, name: &str, counts: &mut Counts) -> Result<(), DatapathError> {
        let Some(pinned) = &mut self.pinned else { return Ok(()) };
        let pins = pinned.create(name)?;
        counts.block.pin(&pins.counters())?;
        counts.pins = Some(pins);
        Ok(())
    }

    /// Where the hooks of an interface are pinned, or are to be.
    pub(super) fn places(&self, interface: &Interface, pins: Option<&InterfacePins>) -> Option<Places> {
        let (pinned, pins) = (self.pinned.as_ref()?, pins?.clone());
        let (found, qdisc_found) = (pinned.links(&interface.name), pinned.has_added_qdisc(&interface.name));
        Some(Places { found, qdisc_found, index: interface.index, kept: pinned.kept(), pins })
    }
}

impl Attached {
    /// Counts that were carried over go on with it.
    pub fn credit(&mut self, sums: &Sums) {
        credit(&mut self.counts, sums);
    }
}

impl Retained {
    /// Counts that were carried over go on with it.
    pub fn credit(&mut self, sums: &Sums) {
        credit(&mut self.counts, sums);
    }
}

/// Adds counts of elsewhere, for good.
pub(super) fn credit(counts: &mut Counts, sums: &Sums) {
    let before = sum(sums.clone(), counts.before.as_ref());
    if let Some(Err(refused)) = counts.pins.as_ref().map(|pins| base::write(pins, &before)) {
        error!(error = %refused, "counts of before will be missing after a restart");
    }
    counts.before = Some(before);
}

/// A pinned map's number in the kernel.
pub(super) fn number(map: &MapData) -> Result<u32, DatapathError> {
    map.info().map(|info| info.id()).map_err(|cause| DatapathError::map(MAP_COUNTERS, cause))
}
