// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Options of `classifier top`, and its errors.

use std::{io, path::PathBuf, time::Duration};

use thiserror::Error;

use super::{Format, Origin, SourceError};
use crate::stdout::StdoutError;

/// Options of `classifier top`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Source to read.
    pub origin: Origin,
    /// Time between two reads.
    pub interval: Duration,
    /// Write the rates of one interval, and end.
    pub once: bool,
    /// Screen, or one object for each interval.
    pub format: Format,
    /// File to which the samples of a screen are written.
    pub record: Option<PathBuf>,
}

/// Reason why `classifier top` ends.
#[derive(Debug, Error)]
pub enum TopError {
    /// The operating system refuses a basic resource.
    #[error("cannot start: {0}; see `ulimit -a`")]
    Start(#[source] io::Error),
    /// The source cannot be opened.
    #[error(transparent)]
    Open(#[from] SourceError),
    /// The only read failed.
    #[error("{0}")]
    Source(String),
    /// A screen needs a terminal.
    #[error("standard output is not a terminal; use --once or --format json")]
    NoTerminal,
    /// The terminal fails.
    #[error("cannot use the terminal: {0}; use --once, or --format json")]
    Terminal(#[source] io::Error),
    /// The recording cannot be written.
    #[error("cannot record to {path}: {cause}; give --record the name of a new file")]
    Record {
        /// Path of the file.
        path: PathBuf,
        /// Reason of the system.
        cause: io::Error,
    },
    /// The output cannot be written.
    #[error(transparent)]
    Write(#[from] StdoutError),
    /// The object cannot be written.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
}
