// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reloads the web configuration when its files change.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{info, warn};

use super::{
    Protection, WebError,
    gatekeeper::Gatekeeper,
    inputs::{Fingerprint, Inputs, Stamps},
};

/// A web configuration that follows its files.
#[derive(Debug)]
pub struct Web {
    path: PathBuf,
    gatekeeper: Gatekeeper,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    protection: Arc<Protection>,
    /// The last reading, successful or not.
    read: Read,
}

#[derive(Debug)]
struct Read {
    stamps: Stamps,
    fingerprint: Fingerprint,
    /// True if the stamps reveal every later change: no process was writing when they were taken.
    settled: bool,
}

/// Result of a check of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The files are unchanged.
    Unchanged,
    /// The files have changed, and apply from now on.
    Taken,
    /// The files have changed and are invalid: the previous configuration still applies.
    Refused,
}

impl Web {
    /// Reads a web configuration and the files that it names.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or has an error.
    pub fn load(path: &Path) -> Result<Self, WebError> {
        let mut inputs = Inputs::new();
        let protection = Protection::read(path, &mut inputs)?;
        let state = State { protection: Arc::new(protection), read: Read::of(inputs) };
        Ok(Self { path: path.to_owned(), gatekeeper: Gatekeeper::new()?, state: Mutex::new(state) })
    }

    /// Checks the files, and returns the current configuration with the result of the check. A file that is
    /// still being written is left for the next check.
    pub fn now(&self) -> (Arc<Protection>, Reading) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = state.read.stamps.again();
        let changed = stamps != state.read.stamps || !state.read.settled;
        let reading = if changed && stamps.rest() { self.read_again(&mut state) } else { Reading::Unchanged };
        (Arc::clone(&state.protection), reading)
    }

    /// Lists the files of the configuration, the main one first.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.read.stamps.paths().map(Path::to_owned).collect()
    }

    /// Returns the checker of passwords.
    pub(crate) const fn gatekeeper(&self) -> &Gatekeeper {
        &self.gatekeeper
    }

    fn read_again(&self, state: &mut State) -> Reading {
        let mut inputs = Inputs::new();
        let found = Protection::read(&self.path, &mut inputs)
            .and_then(|found| found.replacing(&state.protection, &self.path));
        let read = Read::of(inputs);
        if !read.settled || read.stamps.again() != read.stamps {
            // A process has begun to write since.
            return Reading::Unchanged;
        }
        let before = std::mem::replace(&mut state.read, read);
        if before.fingerprint == state.read.fingerprint {
            return Reading::Unchanged;
        }
        match found {
            Ok(protection) => {
                state.protection = Arc::new(protection);
                info!(file = %self.path.display(), "web configuration reloaded");
                Reading::Taken
            }
            Err(error) => {
                warn!(%error, "web configuration not reloaded; the previous one still applies");
                Reading::Refused
            }
        }
    }
}

impl Read {
    fn of(inputs: Inputs) -> Self {
        let (stamps, fingerprint) = inputs.finish();
        Self { settled: stamps.rest(), stamps, fingerprint }
    }
}
