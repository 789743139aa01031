//! Where samples come from: pinned maps of this host, or an agent by its URL.

mod credentials;
mod exposition;
mod peers;
mod pins;
mod remote;
mod scraped;
mod scraped_peers;
mod target;
mod trust;

use std::path::PathBuf;

use thiserror::Error;

use self::{pins::Pins, remote::Remote};
pub use self::{
    pins::sample as pinned,
    scraped::{Unlike, sample as scraped},
    target::{BadUrl, Target},
};
use super::sample::Sample;
use crate::datapath::ViewError;

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A pin folder.
    Pins(PathBuf),
    /// An agent.
    Url(Target),
}

/// How much is read of whom connections were with: on many CPUs that is more than all else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peers {
    /// Nothing.
    #[default]
    None,
    /// The largest of each kind, as many as `classifier status` shows.
    Largest,
    /// All that are listed.
    All,
}

/// A source that is looked at again and again.
#[derive(Debug)]
pub enum Source {
    /// Opened when it is first there.
    Pins(PathBuf, Option<Pins>),
    /// A connection is made when there is none.
    Remote(Box<Remote>),
}

/// There is no sample this time.
#[derive(Debug, Error)]
pub enum SourceError {
    /// See [`ViewError`].
    #[error(transparent)]
    View(#[from] ViewError),
    /// See [`remote::RemoteError`].
    #[error(transparent)]
    Remote(#[from] remote::RemoteError),
}

impl Source {
    /// Nothing is opened yet, but what is needed for that is checked.
    ///
    /// # Errors
    ///
    /// When a file of certificates or credentials cannot be used.
    pub fn new(origin: Origin) -> Result<Self, SourceError> {
        Ok(match origin {
            Origin::Pins(folder) => Self::Pins(folder, None),
            Origin::Url(target) => Self::Remote(Box::new(Remote::new(target)?)),
        })
    }

    /// Says what is looked at, without secrets.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Pins(folder, _) => folder.display().to_string(),
            Self::Remote(remote) => remote.name(),
        }
    }

    /// Looks once. Of an agent's metrics those peers are read that are among them, whatever is asked for.
    ///
    /// # Errors
    ///
    /// When there is nothing to be seen, with the reason.
    pub async fn read(&mut self, peers: Peers) -> Result<Sample, SourceError> {
        match self {
            Self::Pins(folder, pins) => {
                let there = match pins.take() {
                    Some(there) => there,
                    None => Pins::open(folder)?,
                };
                Ok(pins.insert(there).read(peers)?)
            }
            Self::Remote(remote) => Ok(remote.read().await?),
        }
    }
}
