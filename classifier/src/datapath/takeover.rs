// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Continues with the kernel objects of a previous agent, and leaves this agent's to the next one.

use super::{
    Datapath, DatapathError, Retained,
    attached_program::LinkPins,
    counts::{Counts, sum},
    lifecycle::CountersOf,
    pins::{InterfacePins, base, rows::empty},
    quiesce,
    reader::Sums,
};
use crate::{config::Rows, interfaces::Interface, policy::RuleNames};

impl Datapath {
    /// Finds the interfaces that a previous agent has counted, by their present names in `links`. An attached
    /// one continues counting.
    ///
    /// # Errors
    ///
    /// When pins cannot be read.
    pub fn recognise(&mut self, links: &[Interface]) -> Result<Vec<Retained>, DatapathError> {
        let Some(pinned) = &self.pinned else { return Ok(Vec::new()) };
        pinned.rename(links)?;
        let interfaces = pinned.interfaces()?;
        let mut recognised = Vec::new();
        for pins in interfaces {
            // A start was interrupted before it counted anything.
            if !pins.counters().exists() {
                pins.remove()?;
                continue;
            }
            let block = self.blocks.found(&pins.counters())?;
            let egress =
                pins.links().iter().any(|link| link.direction == classifier_common::abi::Direction::Egress);
            // Not earlier: the filter alone tells what was counted on egress.
            pins.forget_lost_filters()?;
            let (name, before) = (pins.name().to_owned(), base::read(&pins)?);
            let counts = Counts { before, pins: Some(pins), ..Counts::of(block) };
            recognised.push(Retained { name, counts, egress });
        }
        Ok(recognised)
    }

    /// Detaches the [recognised](Self::recognise) interfaces that are no longer wanted; their counters are
    /// then final.
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
        self.blocks.evict(all.iter_mut().map(|one| &mut one.counts.block))
    }

    /// Reads the counts of maps of other layouts, by interface name; [`Self::keep_pins`] removes those maps.
    /// Every wanted interface must be attached by now: programs on others are detached.
    ///
    /// # Errors
    ///
    /// When pins cannot be read or written. They are then unchanged.
    pub fn carry_over(&mut self) -> Result<Vec<(String, Sums)>, DatapathError> {
        let Some(pinned) = &self.pinned else { return Ok(Vec::new()) };
        if !pinned.has_older() {
            return Ok(Vec::new());
        }
        pinned.detach_older()?;
        quiesce::quiesce();
        Ok(pinned.counted_before()?)
    }

    /// Creates retained counters of an interface that is not attached, from counts that were carried over.
    ///
    /// # Errors
    ///
    /// When the kernel has no memory.
    pub fn credit_absent(&mut self, name: String, sums: &Sums) -> Result<Retained, DatapathError> {
        let mut counts = Counts::of(self.blocks.detached()?);
        self.pin(&name, &mut counts)?;
        let mut absent = Retained { name, counts, egress: true };
        self.credit(&mut absent.counters(), sums)?;
        Ok(absent)
    }

    /// Adds counts from elsewhere to an interface's, permanently.
    ///
    /// # Errors
    ///
    /// When the counts cannot be pinned. They must then stay where they were.
    pub fn credit(&self, of: &mut CountersOf<'_>, sums: &Sums) -> Result<(), DatapathError> {
        let before = sum(sums.clone(), of.counts.before.as_ref());
        if let (Some(pinned), Some(pins)) = (&self.pinned, &of.counts.pins) {
            pinned.write_base(pins, &before)?;
        }
        of.counts.before = Some(before);
        Ok(())
    }

    /// Reads the counter rows of the configured protocols; all empty if nothing is pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be read.
    pub fn rows(&self) -> Result<Rows, DatapathError> {
        self.pinned.as_ref().map_or_else(|| Ok(empty()), |pinned| Ok(pinned.rows()?))
    }

    /// Reads the counter rows of the policy's rules; all empty if nothing is pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be read.
    pub fn rules(&self) -> Result<RuleNames, DatapathError> {
        self.pinned.as_ref().map_or_else(|| Ok(empty()), |pinned| Ok(pinned.rules()?))
    }

    /// Pins the counter rows of the policy's rules, if anything is pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be written.
    pub fn keep_rules(&self, rules: &RuleNames) -> Result<(), DatapathError> {
        self.pinned.as_ref().map_or(Ok(()), |pinned| Ok(pinned.keep_rules(rules)?))
    }

    /// Pins the counter rows of the configured protocols, if anything is pinned.
    ///
    /// # Errors
    ///
    /// When the pin cannot be written.
    pub fn keep_rows(&self, rows: &Rows) -> Result<(), DatapathError> {
        self.pinned.as_ref().map_or(Ok(()), |pinned| Ok(pinned.keep_rows(rows)?))
    }

    /// Keeps the pins from now on, and removes the maps of other layouts.
    ///
    /// # Errors
    ///
    /// When pins cannot be written or removed.
    pub fn keep_pins(&mut self) -> Result<(), DatapathError> {
        let Some(pinned) = &mut self.pinned else { return Ok(()) };
        pinned.keep_namespace()?;
        pinned.forget_older(&self.agent_counters)?;
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

    /// Returns the pin paths of an interface's hooks.
    pub(super) fn link_pins(&self, interface: &Interface, pins: Option<&InterfacePins>) -> Option<LinkPins> {
        let (pinned, pins) = (self.pinned.as_ref()?, pins?.clone());
        let (found, qdisc_found) = (pinned.links(&interface.name), pinned.has_added_qdisc(&interface.name));
        Some(LinkPins { found, qdisc_found, interface: interface.clone(), kept: pinned.kept(), pins })
    }
}
