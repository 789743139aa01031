//! The configuration that applies now.

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

/// A web configuration, which follows its files.
#[derive(Debug)]
pub struct Web {
    path: PathBuf,
    gatekeeper: Gatekeeper,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    protection: Arc<Protection>,
    /// Of the last reading, whether it was good or not.
    read: Read,
}

#[derive(Debug)]
struct Read {
    stamps: Stamps,
    fingerprint: Fingerprint,
    /// The stamps tell every later change: nobody was writing when they were taken.
    settled: bool,
}

/// How a look at the files went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// They are as they were.
    Unchanged,
    /// They have changed, and apply from now on.
    Taken,
    /// They have changed and cannot be used: what was there before still applies.
    Refused,
}

impl Web {
    /// Reads a web configuration and the files that it names.
    ///
    /// # Errors
    ///
    /// When one of them cannot be read, or anything in them is wrong.
    pub fn load(path: &Path) -> Result<Self, WebError> {
        let mut inputs = Inputs::new();
        let protection = Protection::read(path, &mut inputs)?;
        let state = State { protection: Arc::new(protection), read: Read::of(inputs) };
        Ok(Self { path: path.to_owned(), gatekeeper: Gatekeeper::new()?, state: Mutex::new(state) })
    }

    /// What applies now, after a look at the files, and how that went. A file that somebody is still writing to
    /// is left for the next look.
    pub fn now(&self) -> (Arc<Protection>, Reading) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = state.read.stamps.again();
        let changed = stamps != state.read.stamps || !state.read.settled;
        let reading = if changed && stamps.rest() { self.read_again(&mut state) } else { Reading::Unchanged };
        (Arc::clone(&state.protection), reading)
    }

    /// The files that it is made of, this one first.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.read.stamps.paths().map(Path::to_owned).collect()
    }

    /// Who looks at passwords.
    pub(crate) const fn gatekeeper(&self) -> &Gatekeeper {
        &self.gatekeeper
    }

    fn read_again(&self, state: &mut State) -> Reading {
        let mut inputs = Inputs::new();
        let found = Protection::read(&self.path, &mut inputs)
            .and_then(|found| found.in_place_of(&state.protection, &self.path));
        let read = Read::of(inputs);
        if !read.settled || read.stamps.again() != read.stamps {
            // Somebody has begun to write since.
            return Reading::Unchanged;
        }
        let before = std::mem::replace(&mut state.read, read);
        if before.fingerprint == state.read.fingerprint {
            return Reading::Unchanged;
        }
        match found {
            Ok(protection) => {
                state.protection = Arc::new(protection);
                info!(file = %self.path.display(), "the web configuration was read again");
                Reading::Taken
            }
            Err(error) => {
                warn!(%error, "the web configuration has changed and is refused; what it said before still applies");
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
