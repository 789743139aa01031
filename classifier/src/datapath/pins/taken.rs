//! The pins that an agent works with, and its predecessors' that it takes over.

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
    Folder, Own, PinError,
    choice::{Choice, choose},
    interface::{InterfacePins, LinkPin},
    layout::Layout,
    own::OWN,
    rows::{self, NAMES, RULES},
};
use crate::{config::Rows, shadow::RuleNames};

/// The pins of this agent. Dropped before [`Self::keep`], everything is as it was before.
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
                tracking = if choice.tracking_goes_on { "goes on" } else { "begins anew" },
                "taking over counters of another layout"
            ),
            (None, false) => info!(folder = %folder.path().display(), "taking over"),
            (None, true) => {}
        }
        Ok(Self { folder, choice, layout, created: Vec::new(), kept: Arc::default() })
    }

    /// Where the maps of the object are pinned, or are to be.
    pub(in crate::datapath) fn maps(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        PINNED.iter().map(|(name, _)| (*name, self.choice.current.map(name)))
    }

    /// Whether there is anything in the maps of the tracking.
    pub(in crate::datapath) const fn tracking_goes_on(&self) -> bool {
        self.choice.tracking_goes_on
    }

    /// The sources of an agent before, where they are to be carried over into this one's.
    pub(in crate::datapath) fn sources_of_another_size(&self) -> Option<MapData> {
        let (before, layout) = self.choice.older.first().filter(|_| self.choice.is_new)?;
        let is_same = layout.map(MAP_SOURCES) == self.layout.map(MAP_SOURCES);
        let is_other = !is_same && layout.is_alike(&self.layout, MAP_SOURCES);
        is_other.then(|| before.open(MAP_SOURCES).ok()).flatten()
    }

    /// The agent's own numbers.
    pub(in crate::datapath) fn own(&self) -> Result<Own, PinError> {
        let pin = self.choice.current.map(OWN);
        if pin.exists() { Own::open(&pin) } else { Own::create(&pin) }
    }

    /// Which configured protocol has which row of the counters.
    pub(in crate::datapath) fn rows(&self) -> Result<Rows, PinError> {
        rows::read(&self.choice.current.map(NAMES))
    }

    /// The same, from now on.
    pub(in crate::datapath) fn keep_rows(&self, rows: &Rows) -> Result<(), PinError> {
        rows::write(&self.choice.current.map(NAMES), rows)
    }

    /// Which rule of a policy has which row of the counters.
    pub(in crate::datapath) fn rules(&self) -> Result<RuleNames, PinError> {
        rows::read(&self.choice.current.map(RULES))
    }

    /// The same, from now on.
    pub(in crate::datapath) fn keep_rules(&self, rules: &RuleNames) -> Result<(), PinError> {
        rows::write(&self.choice.current.map(RULES), rules)
    }

    /// The maps are all there: from here on another agent can go on with them.
    pub(in crate::datapath) fn complete(&self, own: &Own) -> Result<(), PinError> {
        if !self.choice.is_new {
            return Ok(());
        }
        if self.choice.older.is_empty() {
            own.pin(&self.choice.current.map(OWN))?;
        }
        self.layout.write(&self.choice.current.map(Layout::MAP))
    }

    /// The pins of an interface, whether or not there are any.
    pub(in crate::datapath) fn interface(&self, name: &str) -> InterfacePins {
        self.choice.current.interface(name)
    }

    /// The pins of an interface, with a folder for them.
    pub(in crate::datapath) fn create(&mut self, name: &str) -> Result<InterfacePins, PinError> {
        let pins = self.interface(name);
        if !pins.counters().exists() {
            pins.create()?;
            self.created.push(pins.clone());
        }
        Ok(pins)
    }

    /// Every interface that has pins.
    pub(in crate::datapath) fn interfaces(&self) -> Result<Vec<InterfacePins>, PinError> {
        self.choice.current.interfaces()
    }

    /// The hooks that an interface is held to, the newest first.
    pub(in crate::datapath) fn links(&self, name: &str) -> Vec<LinkPin> {
        let older = self.choice.older.iter().map(|(generation, _)| generation);
        let all = std::iter::once(&self.choice.current).chain(older);
        all.flat_map(|generation| generation.interface(name).links()).collect()
    }

    /// Whether an agent has added the clsact qdisc to an interface.
    pub(in crate::datapath) fn has_added_qdisc(&self, name: &str) -> bool {
        let older = self.choice.older.iter().map(|(generation, _)| generation);
        let mut all = std::iter::once(&self.choice.current).chain(older);
        all.any(|generation| generation.interface(name).qdisc().exists())
    }

    /// What is pinned stays from now on.
    pub(in crate::datapath) fn keep(&mut self) {
        self.kept.store(true, Ordering::Relaxed);
        self.created.clear();
    }

    /// Whether it does, for those who hold what cannot be pinned.
    pub(in crate::datapath) fn kept(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.kept)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Relaxed) {
            return;
        }
        // What has been moved from an earlier generation counts on here: the next start finds both.
        let created = if self.choice.older.is_empty() { &self.created[..] } else { &[] };
        let undone = created.iter().try_for_each(InterfacePins::remove).and_then(|()| {
            let is_empty = self.choice.current.interfaces()?.is_empty();
            if self.choice.is_new && is_empty {
                self.choice.current.remove()?;
            }
            if self.folder.is_new() { self.folder.remove().map(drop) } else { Ok(()) }
        });
        if let Err(refused) = undone {
            error!(error = %refused, "what this start has pinned stays; `classifier detach` removes it");
        }
    }
}
