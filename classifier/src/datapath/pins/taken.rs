// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The pins that an agent works with, and those of its predecessors that it takes over.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aya::maps::MapData;
use classifier_common::abi::{MAP_SOURCES, PINNED};
use tracing::{error, info};

use super::{
    AgentCounters, Folder, PinError,
    agent_counters::AGENT_PIN,
    choice::{Choice, choose},
    interface::{InterfacePins, LinkPin},
    layout::Layout,
    namespace,
    rows::{self, NAMES, RULES},
};
use crate::{config::Rows, policy::RuleNames, sockets::network_namespace};

/// The pins of this agent. Dropping it before [`Self::keep`] restores the previous state.
pub(in crate::datapath) struct Pinned {
    folder: Folder,
    pub(super) choice: Choice,
    pub(super) layout: Layout,
    /// Interfaces that had no pins.
    created: Vec<InterfacePins>,
    kept: Arc<AtomicBool>,
}

impl Pinned {
    /// Chooses the maps to work with, for a layout.
    pub(in crate::datapath) fn new(folder: Folder, layout: Layout) -> Result<Self, PinError> {
        let choice = choose(&folder, &layout)?;
        match (choice.older.first(), choice.is_new) {
            (Some(_), _) => info!(
                folder = %folder.path().display(),
                tracking = if choice.tracking_continues { "continues" } else { "starts empty" },
                "taking over pinned counters of another layout"
            ),
            (None, false) => info!(folder = %folder.path().display(), "taking over pinned counters"),
            (None, true) => {}
        }
        Ok(Self { folder, choice, layout, created: Vec::new(), kept: Arc::default() })
    }

    /// Paths of the object's map pins.
    pub(in crate::datapath) fn maps(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        PINNED.iter().map(|(name, _)| (*name, self.choice.current.map(name)))
    }

    /// Tells whether the tracking's maps are those of a previous agent.
    pub(in crate::datapath) const fn tracking_continues(&self) -> bool {
        self.choice.tracking_continues
    }

    /// Opens the source map of a previous agent that has another size, to be carried over.
    pub(in crate::datapath) fn sources_of_another_size(&self) -> Option<MapData> {
        let (before, layout) = self.choice.older.first().filter(|_| self.choice.is_new)?;
        let is_same = layout.map(MAP_SOURCES) == self.layout.map(MAP_SOURCES);
        let is_other = !is_same && layout.is_alike(&self.layout, MAP_SOURCES);
        is_other.then(|| before.open(MAP_SOURCES).ok()).flatten()
    }

    /// Opens or creates the agent's own counters.
    pub(in crate::datapath) fn agent_counters(&self) -> Result<AgentCounters, PinError> {
        let pin = self.choice.current.map(AGENT_PIN);
        if pin.exists() { AgentCounters::open(&pin) } else { AgentCounters::create(&pin) }
    }

    /// Reads the counter rows of the configured protocols.
    pub(in crate::datapath) fn rows(&self) -> Result<Rows, PinError> {
        rows::read(&self.choice.current.map(NAMES))
    }

    /// Pins the counter rows of the configured protocols.
    pub(in crate::datapath) fn keep_rows(&self, rows: &Rows) -> Result<(), PinError> {
        rows::write(&self.choice.current.map(NAMES), rows)
    }

    /// Reads the counter rows of the policy's rules.
    pub(in crate::datapath) fn rules(&self) -> Result<RuleNames, PinError> {
        rows::read(&self.choice.current.map(RULES))
    }

    /// Pins the counter rows of the policy's rules.
    pub(in crate::datapath) fn keep_rules(&self, rules: &RuleNames) -> Result<(), PinError> {
        rows::write(&self.choice.current.map(RULES), rules)
    }

    /// Pins the number of the network namespace of this process.
    pub(in crate::datapath) fn keep_namespace(&self) -> Result<(), PinError> {
        network_namespace().map_or(Ok(()), |number| namespace::write(&self.choice.current, number))
    }

    /// Writes the layout record when all maps are pinned: from here on another agent can continue with them.
    pub(in crate::datapath) fn complete(&self, agent_counters: &AgentCounters) -> Result<(), PinError> {
        if !self.choice.is_new {
            return Ok(());
        }
        if self.choice.older.is_empty() {
            agent_counters.pin(&self.choice.current.map(AGENT_PIN))?;
        }
        self.layout.write(&self.choice.current.map(Layout::MAP))
    }

    /// Returns the pins of an interface, existing or not.
    pub(in crate::datapath) fn interface(&self, name: &str) -> InterfacePins {
        self.choice.current.interface(name)
    }

    /// Creates the directory of an interface's pins.
    pub(in crate::datapath) fn create(&mut self, name: &str) -> Result<InterfacePins, PinError> {
        let pins = self.interface(name);
        if !pins.counters().exists() {
            pins.create()?;
            self.created.push(pins.clone());
        }
        Ok(pins)
    }

    /// Lists the interfaces that have pins.
    pub(in crate::datapath) fn interfaces(&self) -> Result<Vec<InterfacePins>, PinError> {
        self.choice.current.interfaces()
    }

    /// Lists the pinned attachments of an interface, newest first.
    pub(in crate::datapath) fn links(&self, name: &str) -> Vec<LinkPin> {
        let older = self.choice.older.iter().map(|(generation, _)| generation);
        let all = std::iter::once(&self.choice.current).chain(older);
        all.flat_map(|generation| generation.interface(name).links()).collect()
    }

    /// Tells whether an agent has added the clsact qdisc to an interface.
    pub(in crate::datapath) fn has_added_qdisc(&self, name: &str) -> bool {
        let older = self.choice.older.iter().map(|(generation, _)| generation);
        let mut all = std::iter::once(&self.choice.current).chain(older);
        all.any(|generation| generation.interface(name).qdisc().exists())
    }

    /// Keeps the pins from now on.
    pub(in crate::datapath) fn keep(&mut self) {
        self.kept.store(true, Ordering::Relaxed);
        self.created.clear();
    }

    /// Tells whether the pins are kept: a start has succeeded.
    pub(in crate::datapath) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }

    /// Shares the flag of [`Self::is_kept`] with owners of objects that cannot be pinned.
    pub(in crate::datapath) fn kept(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.kept)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Relaxed) {
            return;
        }
        // Pins that were moved from an earlier generation count on here: the next start finds both.
        let created = if self.choice.older.is_empty() { &self.created[..] } else { &[] };
        let undone = created.iter().try_for_each(InterfacePins::remove).and_then(|()| {
            let is_empty = self.choice.current.interfaces()?.is_empty();
            if self.choice.is_new && is_empty {
                self.choice.current.remove()?;
            }
            if self.folder.is_new() { self.folder.remove().map(drop) } else { Ok(()) }
        });
        if let Err(refused) = undone {
            error!(error = %refused, "pins of this failed start remain; `classifier detach` removes them");
        }
    }
}
