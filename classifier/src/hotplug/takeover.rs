// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Takes over the state of a previous agent.

use std::time::Instant;

use tracing::info;

use super::state::State;
use crate::{datapath::DatapathError, interfaces::Interface};

impl State {
    /// Finds the counters of a previous agent, which continue when their interfaces are attached.
    ///
    /// # Errors
    ///
    /// When pins cannot be read.
    pub fn recognise(&mut self, links: &[Interface]) -> Result<(), DatapathError> {
        let recognised = self.datapath.recognise(links)?;
        self.retained = recognised.into_iter().map(|one| (one.name.clone(), one)).collect();
        Ok(())
    }

    /// Detaches what a previous agent has attached and is no longer wanted, and carries over counts of
    /// another layout. The pins stay from here on.
    ///
    /// # Errors
    ///
    /// When pins cannot be read, written or removed.
    pub fn take_over(&mut self, now: Instant) -> Result<(), DatapathError> {
        self.datapath.give_up(self.retained.values_mut())?;
        for (name, sums) in self.datapath.carry_over()? {
            let mut attached = self.attached.values_mut();
            if let Some(attached) = attached.find(|attached| attached.interface.name == name) {
                self.datapath.credit(&mut attached.counters(), &sums)?;
            } else if let Some(retained) = self.retained.get_mut(&name) {
                self.datapath.credit(&mut retained.counters(), &sums)?;
            } else {
                let absent = self.datapath.credit_absent(name.clone(), &sums)?;
                self.retained.insert(name, absent);
            }
        }
        self.datapath.keep_pins()?;
        for retained in self.retained.values() {
            info!(
                interface = retained.name,
                "counted by the previous agent and not attached now; its counters are kept"
            );
            self.desired.keep(retained.index(), retained.name.clone(), now);
        }
        Ok(())
    }
}
