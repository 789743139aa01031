//! A pin folder, looked at again and again from another process, whether or not an agent runs: what its agent would
//! export. Nothing is locked, created or changed.

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
    rows::{self, NAMES, RULES},
};
use crate::{
    config::{Assignment, ProtocolNames},
    counters::Snapshot,
    datapath::found::KnownPort,
    shadow::RuleRows,
};

/// Times that something is looked at, where pins go meanwhile.
const LOOKS: usize = 8;

/// A folder to look at.
#[derive(Debug)]
pub struct View {
    folder: PathBuf,
    layouts: Layouts,
}

/// What is pinned in it, at one moment.
#[derive(Debug, Default)]
pub struct Look {
    /// As an agent's scrape has it; what only an agent knows (programs, how interfaces are kept up with) is empty.
    pub snapshot: Snapshot,
    /// The configured protocols, as their rows are pinned.
    pub names: ProtocolNames,
    /// The rules of the policies that were tried, as their rows are pinned.
    pub rules: RuleRows,
    /// The control connections, those that have ended and are not yet forgotten among them.
    pub sessions: Vec<(SessionKey, Session)>,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The ports that belong to a protocol.
    pub ports: Vec<KnownPort>,
    /// The process that works with the folder; `None` where none does, or none is seen.
    pub process: Option<u32>,
    /// What could not be read, a sentence each.
    pub problems: Vec<String>,
}

/// Looks at a folder for the first time.
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
    /// Looks again.
    ///
    /// # Errors
    ///
    /// When nothing is pinned (any more), it is described in a way that this build does not know, or the kernel does not
    /// let this process look. What of it alone cannot be read is among its problems.
    pub fn look(&mut self) -> Result<Look, ViewError> {
        for _ in 1..LOOKS {
            match self.at_once() {
                Err(error) if error.is_gone() => {}
                looked => return looked,
            }
        }
        self.at_once()
    }

    /// What an agent's scrape would have of it.
    ///
    /// # Errors
    ///
    /// As [`Self::look`].
    pub fn snapshot(&mut self) -> Result<Snapshot, ViewError> {
        self.look().map(|look| look.snapshot)
    }

    fn at_once(&mut self) -> Result<Look, ViewError> {
        let generations = self.layouts.generations(&self.folder)?;
        let mut look = Look { process: holder_of(&self.folder).ok().flatten(), ..Look::default() };
        look.snapshot.interfaces = interfaces::read(&generations)?;
        if let Some((newest, _)) = generations.first() {
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
