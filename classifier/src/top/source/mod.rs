// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sources of samples: pinned maps of this host, an agent by its URL, or a recording.

mod credentials;
mod exposition;
mod peers;
mod pins;
mod recorded;
mod recorded_line;
mod remote;
mod scraped;
mod scraped_evidence;
mod target;
mod trust;

use std::{path::PathBuf, time::Duration};

use thiserror::Error;

pub use self::{
    peers::Peers,
    pins::sample as pinned,
    recorded::{Recording, RecordingError},
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
    /// A recording.
    File(PathBuf),
}

/// A source that is read repeatedly.
#[derive(Debug)]
pub enum Source {
    /// Pins, opened when the directory first exists.
    Pins(PathBuf, Option<Pins>),
    /// An agent, connected when there is no connection.
    Remote(Box<Remote>),
    /// A recording.
    Recorded(Box<Recording>),
}

/// Time of the next read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At the next interval.
    Interval,
    /// At this time since the start.
    At(Duration),
    /// Never: the recording has ended, which was read.
    Never,
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
    /// The recording has no sample.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl Source {
    /// Creates a source, checks its files, and opens nothing yet.
    ///
    /// # Errors
    ///
    /// When a file of certificates or credentials, or a recording, cannot be used.
    pub fn new(origin: Origin) -> Result<Self, SourceError> {
        Ok(match origin {
            Origin::Pins(folder) => Self::Pins(folder, None),
            Origin::Url(target) => Self::Remote(Box::new(Remote::new(target)?)),
            Origin::File(path) => Self::Recorded(Box::new(Recording::open(&path)?)),
        })
    }

    /// Names the source, without secrets.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Pins(folder, _) => folder.display().to_string(),
            Self::Remote(remote) => remote.name(),
            Self::Recorded(recording) => recording.path().display().to_string(),
        }
    }

    /// Returns the time of the next read.
    #[must_use]
    pub fn due(&self) -> Due {
        match self {
            Self::Pins(..) | Self::Remote(_) => Due::Interval,
            Self::Recorded(recording) => recording.due(),
        }
    }

    /// Returns the time of the last sample, if the source has a clock of its own.
    #[must_use]
    pub fn time(&self) -> Option<Duration> {
        match self {
            Self::Pins(..) | Self::Remote(_) => None,
            Self::Recorded(recording) => Some(recording.time()),
        }
    }

    /// Reads a sample. From an agent, peers and other services are always those of its metrics.
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
            Self::Recorded(recording) => Ok(recording.take()?),
        }
    }
}
