// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the peers of connections, with times, from the newest generation's maps.

use classifier_common::abi::{MAP_SEEN, MAP_SERVICES, MAP_SOURCES};

use super::{View, ViewError};
use crate::{
    config::Assignment,
    datapath::{
        found::{Maps, sources},
        pins::{
            opened,
            rows::{self, NAMES},
        },
    },
    evidence::{Clock, Evidence},
};

impl View {
    /// Reads the evidence: more data than everything that [`Self::look`] reads.
    ///
    /// # Errors
    ///
    /// As [`Self::look`]; and when the newest generation has no evidence, or has it in another layout.
    pub fn evidence(&mut self) -> Result<Evidence, ViewError> {
        let generations = self.layouts.generations(&self.folder)?;
        let Some((newest, known)) = generations.first() else {
            return Err(ViewError::Nothing(self.folder.clone()));
        };
        let unread = |cause: &dyn std::fmt::Display| ViewError::Evidence(cause.to_string());
        let rows = rows::read(&newest.map(NAMES))?;
        let assignment = Assignment::of_rows(&rows).map_err(|error| unread(&error))?;
        let own = self.layouts.own();
        let wanted = [MAP_SOURCES, MAP_SEEN, MAP_SERVICES];
        let alike = wanted.into_iter().filter(|name| known.layout.is_alike(own, name));
        let opened = alike.filter_map(|name| Some((name, opened::to_read(&newest.map(name)).ok()?)));
        let sums = sources::read(&mut Maps::of(opened)).map_err(|problem| unread(&problem))?;
        Ok(Evidence::of(&sums, assignment.names(), Clock::now()))
    }
}
