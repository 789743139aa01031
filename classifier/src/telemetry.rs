// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Logs to standard error, filtered by `RUST_LOG`, in a form for people, for programs or for the journal.

use std::{
    env,
    error::Error as StdError,
    io::{self, Write as _},
};

use thiserror::Error;
use tracing_subscriber::{
    Layer as _,
    filter::ParseError,
    layer::SubscriberExt as _,
    util::{SubscriberInitExt as _, TryInitError},
};

mod journal;
mod last_words;
mod level;
mod lines;
mod standard_error;

pub use self::level::LogLevel;
use self::standard_error::StandardError;
pub use self::standard_error::{dropped_lines, never_wait};

const VARIABLE: &str = "RUST_LOG";

/// Format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One line of text per event
    #[default]
    Text,
    /// One JSON object per event
    Json,
}

/// The log of this process, on its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    format: LogFormat,
    /// True if the journal reads it: lines then begin with their priority, and have no time.
    journal: bool,
}

/// Reason why logging cannot start.
#[derive(Debug, Error)]
pub enum LogError {
    /// The filter does not parse.
    #[error("{VARIABLE}: `{filter}`: {cause}; write a level, or `target=level` pairs separated by commas")]
    Filter {
        /// Given filter.
        filter: String,
        /// Cause.
        #[source]
        cause: ParseError,
    },
    /// Another subscriber was installed before.
    #[error("logging is already set up: {0}; start it once per process")]
    Taken(#[from] TryInitError),
}

impl Log {
    /// Creates a log of this format; nothing is logged before [`Self::start`].
    #[must_use]
    pub fn new(format: LogFormat) -> Self {
        Self { format, journal: journal::reads(io::stderr()) }
    }

    /// Starts logging for the whole process; without a level here and in `RUST_LOG` the default is INFO.
    ///
    /// # Errors
    ///
    /// When `RUST_LOG` does not parse, or logging was started before.
    pub fn start(self, level: Option<LogLevel>) -> Result<(), LogError> {
        let filter = level::filter(env::var(VARIABLE).ok().as_deref(), level)?;
        let lines = lines::written(self.format, self.journal, || StandardError).with_filter(filter);
        tracing_subscriber::registry().with(lines).try_init()?;
        Ok(())
    }

    /// Logs why the process ends, for any `RUST_LOG`. If standard error has gone, the exit status remains.
    pub fn last_words(self, error: &dyn StdError, with_causes: bool) {
        let words = last_words::of(error, with_causes, self.format, self.journal);
        let _ = StandardError.write_all(words.as_bytes());
    }
}
