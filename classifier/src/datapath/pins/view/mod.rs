// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads a pin directory repeatedly from another process, with or without a running agent: the data of an
//! agent's scrape, without a lock or a change.

mod error;
mod evidence;
mod interfaces;
mod known;
mod tracking;

use std::path::{Path, PathBuf};

use classifier_common::{
    control::{Session, SessionKey},
    endpoint::Endpoint,
};

pub use self::error::ViewError;
use self::known::Layouts;
use super::{
    lock::holder_of,
    namespace,
    rows::{self, NAMES, RULES},
};
use crate::{
    config::Assignment, datapath::found::KnownPort, policy::RuleRows, protocol_names::ProtocolNames,
    snapshot::Snapshot,
};

/// Attempts to read while pins are being replaced.
const LOOKS: usize = 8;

/// A pin directory to read.
#[derive(Debug)]
pub struct View {
    folder: PathBuf,
    layouts: Layouts,
}

/// The content of a pin directory at one moment.
#[derive(Debug, Default)]
pub struct PinnedState {
    /// Data of an agent's scrape. Facts that only an agent knows (programs, interface reconciliation) are
    /// empty.
    pub snapshot: Snapshot,
    /// Configured protocols, from their pinned rows.
    pub names: ProtocolNames,
    /// Rules of the evaluated policies, from their pinned rows.
    pub rules: RuleRows,
    /// Control connections, including ended ones that are not yet removed.
    pub sessions: Vec<(SessionKey, Session)>,
    /// Endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Ports that are assigned to a protocol.
    pub ports: Vec<KnownPort>,
    /// Number of the agent's network namespace; `None` if none is pinned.
    pub namespace: Option<u64>,
    /// Process that uses the directory; `None` if none does, or none is visible.
    pub process: Option<u32>,
    /// Parts that could not be read, one sentence each.
    pub problems: Vec<String>,
}

/// Reads a directory for the first time.
///
/// # Errors
///
/// As [`View::look`].
pub fn view(folder: &Path) -> Result<View, ViewError> {
    let mut view = View { folder: folder.to_owned(), layouts: Layouts::new() };
    view.layouts.generations(folder)?;
    Ok(view)
}

impl View {
    /// Reads the directory again.
    ///
    /// # Errors
    ///
    /// When nothing is pinned (any more), the layout record has an unknown grammar, or the kernel does not
    /// let this process read. Single unreadable parts are among the problems.
    pub fn look(&mut self) -> Result<PinnedState, ViewError> {
        for _ in 1..LOOKS {
            match self.at_once() {
                Err(error) if error.is_gone() => {}
                looked => return looked,
            }
        }
        self.at_once()
    }

    /// Reads the data of an agent's scrape.
    ///
    /// # Errors
    ///
    /// As [`Self::look`].
    pub fn snapshot(&mut self) -> Result<Snapshot, ViewError> {
        self.look().map(|look| look.snapshot)
    }

    fn at_once(&mut self) -> Result<PinnedState, ViewError> {
        let generations = self.layouts.generations(&self.folder)?;
        let mut look =
            PinnedState { process: holder_of(&self.folder).ok().flatten(), ..PinnedState::default() };
        look.snapshot.interfaces = interfaces::read(&generations)?;
        if let Some((newest, _)) = generations.first() {
            look.namespace = namespace::read(newest)?;
            match Assignment::of_rows(&rows::read(&newest.map(NAMES))?) {
                Ok(assignment) => look.names = assignment.names().clone(),
                Err(error) => look.problems.push(error.to_string()),
            }
            match RuleRows::of_names(&rows::read(&newest.map(RULES))?) {
                Ok(rules) => look.rules = rules,
                Err(error) => look.problems.push(error.to_string()),
            }
        }
        tracking::read(&mut look, &generations, self.layouts.own());
        Ok(look)
    }
}
