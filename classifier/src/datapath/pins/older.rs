//! What earlier generations have counted, carried over.

use std::collections::BTreeSet;

use classifier_common::control::{TALLIES, Tallies, Tally};
use tracing::{error, warn};

use super::{
    Own, PinError, carry, concordance::Concordance, interface::InterfacePins, own::OWN, taken::Pinned,
};
use crate::datapath::reader::Sums;

impl Pinned {
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
            let mut tallies = carry::tallies(self.choice.older.iter().map(|(generation, layout)| (generation, layout))).unwrap_or_else(|refused| {
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
}

/// The sessions of another layout are gone, and the endpoints with them.
fn forgotten(tallies: &mut Tallies) {
    let of = |tally: Tally, all: &[u64]| all[tally as usize];
    tallies[Tally::SessionsClosed as usize] = of(Tally::SessionsOpened, tallies);
    tallies[Tally::SessionsDecrypted as usize] = of(Tally::SessionsEncrypted, tallies);
    tallies[Tally::SessionsForgotten as usize] =
        of(Tally::SessionsOpened, tallies).saturating_sub(of(Tally::SessionsReplaced, tallies));
}
