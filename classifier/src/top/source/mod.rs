//! Sources of samples: pinned maps of this host, or an agent by its URL.

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

pub use self::{
    peers::Peers,
    pins::sample as pinned,
    scraped::{Unlike, sample as scraped},
    target::{BadUrl, Target},
};
use self::{pins::Pins, remote::Remote};
use super::sample::Sample;
use crate::datapath::ViewError;

/// Origin of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A pin directory.
    Pins(PathBuf),
    /// An agent.
    Url(Target),
}

/// A source that is read repeatedly.
#[derive(Debug)]
pub enum Source {
    /// Pins, opened when the directory first exists.
    Pins(PathBuf, Option<Pins>),
    /// An agent, connected when there is no connection.
    Remote(Box<Remote>),
}

/// Reason why there is no sample.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The pins cannot be read.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The agent cannot be read.
    #[error(transparent)]
    Remote(#[from] remote::RemoteError),
}

impl Source {
    /// Creates a source, checks its files, and opens nothing yet.
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

    /// Names the source, without secrets.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Pins(folder, _) => folder.display().to_string(),
            Self::Remote(remote) => remote.name(),
        }
    }

    /// Reads a sample. From an agent, the peers are always those of its metrics.
    ///
    /// # Errors
    ///
    /// When there is no sample, with the reason.
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
