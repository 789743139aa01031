// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Carries over the counts of earlier generations.

use std::{collections::BTreeSet, io};

use classifier_common::control::{Tallies, Tally};
use tracing::{error, warn};

use super::{
    AgentCounters, PinError,
    agent_counters::AGENT_PIN,
    carry::{self, TrackingNumbers},
    concordance::Concordance,
    interface::InterfacePins,
    taken::Pinned,
};
use crate::datapath::reader::Sums;

impl Pinned {
    /// Tells whether there are maps of earlier generations.
    pub(in crate::datapath) const fn has_older(&self) -> bool {
        !self.choice.older.is_empty()
    }

    /// Detaches the programs of earlier generations that were not taken over.
    pub(in crate::datapath) fn detach_older(&self) -> Result<(), PinError> {
        for (generation, _) in &self.choice.older {
            generation.interfaces()?.iter().try_for_each(InterfacePins::unlink)?;
        }
        Ok(())
    }

    /// Reads the counts of earlier generations, by interface, that are not carried over yet. No program
    /// counts there any longer.
    pub(in crate::datapath) fn counted_before(&self) -> Result<Vec<(String, Sums)>, PinError> {
        let mut names = BTreeSet::new();
        for (generation, _) in &self.choice.older {
            names.extend(generation.interfaces()?.iter().map(|interface| interface.name().to_owned()));
        }
        let older =
            self.choice.older.iter().map(|(generation, layout)| (generation, Concordance::of(layout)));
        let (older, mut before) = (older.collect::<Vec<_>>(), Vec::new());
        for name in names {
            if self.interface(&name).base().exists() {
                continue;
            }
            let carried =
                carry::counted(older.iter().map(|(generation, words)| (*generation, words)), &name)?;
            if carried.unknown > 0 {
                warn!(
                    interface = name,
                    numbers = carried.unknown,
                    "counters that this build does not know are left out"
                );
            }
            before.push((name, carried.counters));
        }
        Ok(before)
    }

    /// Carries the tracking's numbers over, and removes the earlier generations.
    pub(in crate::datapath) fn forget_older(
        &mut self,
        agent_counters: &AgentCounters,
    ) -> Result<(), PinError> {
        let pin = self.choice.current.map(AGENT_PIN);
        if !pin.exists() {
            let older = self.choice.older.iter().map(|(generation, layout)| (generation, layout));
            let mut numbers = match carry::tracking(older) {
                Ok(numbers) => numbers,
                Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                    error!(error = %missing, "counters of FTP control connections are lost: a pin is missing");
                    TrackingNumbers::nothing()
                }
                // The next start finds them.
                Err(cause) => return Err(PinError::refused("read", &pin)(cause)),
            };
            forgotten(&mut numbers.tallies);
            for tally in Tally::ALL {
                agent_counters.add(tally, numbers.tallies[tally as usize]);
            }
            agent_counters.add_times(&numbers.times);
            agent_counters.pin(&pin)?;
        }
        for (generation, _) in &self.choice.older {
            for left in generation.remove()? {
                warn!(path = %left.display(), "not removed, not created by the classifier");
            }
        }
        // Not earlier: while there are earlier generations, a failed start leaves the present one as it is.
        self.choice.older.clear();
        Ok(())
    }
}

/// Counts the sessions and endpoints of another layout as removed.
fn forgotten(tallies: &mut Tallies) {
    let of = |tally: Tally, all: &[u64]| all[tally as usize];
    tallies[Tally::SessionsClosed as usize] = of(Tally::SessionsOpened, tallies);
    tallies[Tally::SessionsDecrypted as usize] = of(Tally::SessionsEncrypted, tallies);
    tallies[Tally::SessionsForgotten as usize] =
        of(Tally::SessionsOpened, tallies).saturating_sub(of(Tally::SessionsReplaced, tallies));
}
