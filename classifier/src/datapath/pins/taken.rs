//! The pins that an agent works with, and its predecessors' that it takes over.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use classifier_common::{
    abi::PINNED,
    control::{TALLIES, Tallies, Tally},
};
use tracing::{error, info, warn};

use super::{
    Folder, Own, PinError, base,
    carry::{self, Carried},
    choice::{Choice, choose},
    interface::{InterfacePins, LinkPin},
    layout::Layout,
    own::OWN,
    rows::{self, NAMES},
};
use crate::{
    config::Rows,
    datapath::{filter, link_info::pinned_target, reader::Sums},
    hook,
};

/// The pins of this agent. Dropped before [`Self::keep`], everything is as it was before.
pub(in crate::datapath) struct Pinned {
    folder: Folder,
    choice: Choice,
    layout: Layout,
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

    /// Whether there are maps of earlier generations.
    pub(in crate::datapath) const fn has_older(&self) -> bool {
        !self.choice.older.is_empty()
    }

    /// Ends what earlier generations count and nobody has taken over.
    pub(in crate::datapath) fn detach_older(&self) -> Result<(), PinError> {
        for (generation, _) in &self.choice.older {
            generation.interfaces()?.iter().try_for_each(InterfacePins::unlink)?;
        }
        Ok(())
    }

    /// What earlier generations have counted, by interface, where it has not been carried over yet. Nothing counts
    /// there any longer.
    pub(in crate::datapath) fn counted_before(&self) -> Result<Vec<(String, Sums)>, PinError> {
        let mut names = BTreeSet::new();
        for (generation, _) in &self.choice.older {
            names.extend(generation.interfaces()?.iter().map(|interface| interface.name().to_owned()));
        }
        let mut before = Vec::new();
        for name in names {
            if self.interface(&name).base().exists() {
                continue;
            }
            let mut carried = Carried::nothing();
            for (generation, layout) in &self.choice.older {
                let pins = generation.interface(&name);
                // A base stands for all that is older.
                let is_all = pins.base().exists();
                carried.add(&pins, layout).map_err(PinError::refused("read", &pins.counters()))?;
                if is_all {
                    break;
                }
            }
            if carried.unknown > 0 {
                warn!(
                    interface = name,
                    numbers = carried.unknown,
                    "counts that this build does not know are left out"
                );
            }
            before.push((name, carried.counters));
        }
        Ok(before)
    }

    /// Carries the tracking's numbers over, and removes the earlier generations.
    pub(in crate::datapath) fn forget_older(&mut self, own: &Own) -> Result<(), PinError> {
        let pin = self.choice.current.map(OWN);
        if !pin.exists() {
            let mut tallies = carry::tallies(&self.choice.older).unwrap_or_else(|refused| {
                error!(error = %refused, "what was counted of FTP's control connections is lost: a pin is missing");
                [0; TALLIES]
            });
            forgotten(&mut tallies);
            for tally in Tally::ALL {
                own.add(tally, tallies[tally as usize]);
            }
            own.pin(&pin)?;
        }
        for (generation, _) in std::mem::take(&mut self.choice.older) {
            for left in generation.remove()? {
                warn!(path = %left.display(), "not the classifier's, left alone");
            }
        }
        Ok(())
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

/// The sessions of another layout are gone, and the endpoints with them.
fn forgotten(tallies: &mut Tallies) {
    let of = |tally: Tally, all: &[u64]| all[tally as usize];
    tallies[Tally::SessionsClosed as usize] = of(Tally::SessionsOpened, tallies);
    tallies[Tally::SessionsDecrypted as usize] = of(Tally::SessionsEncrypted, tallies);
    tallies[Tally::SessionsForgotten as usize] =
        of(Tally::SessionsOpened, tallies).saturating_sub(of(Tally::SessionsReplaced, tallies));
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Relaxed) {
            return;
        }
        let undone = self.created.iter().try_for_each(InterfacePins::remove).and_then(|()| {
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
