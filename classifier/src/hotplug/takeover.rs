//! From an agent before to this one.

use std::time::Instant;

use tracing::info;

use super::state::State;
use crate::{
    datapath::{DatapathError, Retained},
    interfaces::Interface,
};

impl State {
    /// Finds what an agent before has counted, so that it goes on when its interfaces are attached.
    ///
    /// # Errors
    ///
    /// When pins cannot be read.
    pub fn recognise(&mut self, links: &[Interface]) -> Result<(), DatapathError> {
        let recognised = self.datapath.recognise(links)?;
        self.retained = recognised.into_iter().map(|one| (one.name.clone(), one)).collect();
        Ok(())
    }

    /// Ends what an agent before has attached and is no longer wanted, and carries over what it has counted in another
    /// layout. From here on what is pinned stays.
    ///
    /// # Errors
    ///
    /// When pins cannot be read, written or removed.
    pub fn take_over(&mut self, now: Instant) -> Result<(), DatapathError> {
        self.datapath.give_up(self.retained.values_mut())?;
        for (name, sums) in self.datapath.carry_over()? {
            let mut attached = self.attached.values_mut();
            if let Some(attached) = attached.find(|attached| attached.interface.name == name) {
                attached.credit(&sums);
            } else if let Some(retained) = self.retained.get_mut(&name) {
                retained.credit(&sums);
            } else {
                let absent = self.datapath.credit_absent(name.clone(), &sums)?;
                self.retained.insert(name, absent);
            }
        }
        self.datapath.keep_pins()?;
        for Retained { name, .. } in self.retained.values() {
            info!(
                interface = name,
                "counted by the agent before and not attached now, its counters are kept"
            );
            self.roster.keep(name.clone(), now);
        }
        Ok(())
    }
}
