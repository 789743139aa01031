//! Logs: to standard error, filtered by `RUST_LOG`, in a form for people, for programs or for the journal.

use std::{
    env,
    error::Error as StdError,
    io::{self, Write as _},
};

use thiserror::Error;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer as _,
    filter::{ParseError, Targets},
    layer::SubscriberExt as _,
    util::{SubscriberInitExt as _, TryInitError},
};

mod journal;
mod last_words;
mod lines;

const VARIABLE: &str = "RUST_LOG";

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// The log of this process, on its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    format: LogFormat,
    /// The journal reads it: lines begin with their priority, and have no time.
    journal: bool,
}

/// Logs cannot be written as asked.
#[derive(Debug, Error)]
pub enum LogError {
    /// The filter does not parse.
    #[error(
        "{VARIABLE}: `{filter}`: {cause}; write a level, or `target=level` pairs with commas between them"
    )]
    Filter {
        /// What was given.
        filter: String,
        /// What is wrong with it.
        #[source]
        cause: ParseError,
    },
    /// Another subscriber was there first.
    #[error("logs are set up already: {0}; start them once in a process")]
    Taken(#[from] TryInitError),
}

impl Log {
    /// A log in this form; nothing is logged before [`Self::start`].
    #[must_use]
    pub fn new(format: LogFormat) -> Self {
        Self { format, journal: journal::reads(io::stderr()) }
    }

    /// Starts logging for the whole process; INFO where `RUST_LOG` says nothing.
    ///
    /// # Errors
    ///
    /// When `RUST_LOG` does not parse, or logging was started before.
    pub fn start(self) -> Result<(), LogError> {
        let filter = filter(env::var(VARIABLE).ok().as_deref())?;
        let lines = lines::written(self.format, self.journal, io::stderr).with_filter(filter);
        tracing_subscriber::registry().with(lines).try_init()?;
        Ok(())
    }

    /// Says why the process ends, whatever `RUST_LOG` leaves out. Standard error may be gone: the exit status
    /// remains.
    pub fn last_words(self, error: &dyn StdError, with_causes: bool) {
        let words = last_words::of(error, with_causes, self.format, self.journal);
        let _ = io::stderr().lock().write_all(words.as_bytes());
    }
}

fn filter(variable: Option<&str>) -> Result<Targets, LogError> {
    match variable.map(str::trim).filter(|filter| !filter.is_empty()) {
        None => Ok(Targets::new().with_default(LevelFilter::INFO)),
        Some(filter) => filter.parse().map_err(|cause| LogError::Filter { filter: filter.to_owned(), cause }),
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn silence_and_emptiness_mean_info() {
        for variable in [None, Some(""), Some(" ")] {
            let filter = filter(variable).unwrap();
            assert!(filter.would_enable("classifier::http", &Level::INFO), "{variable:?}");
            assert!(!filter.would_enable("classifier::http", &Level::DEBUG), "{variable:?}");
        }
    }

    #[test]
    fn a_target_can_be_asked_for_alone() {
        let filter = filter(Some("warn,classifier::http=debug")).unwrap();
        assert!(filter.would_enable("classifier::http", &Level::DEBUG));
        assert!(!filter.would_enable("aya", &Level::INFO));
    }

    #[test]
    fn a_filter_that_does_not_parse_is_named() {
        let error = filter(Some("classifier=chatty")).unwrap_err().to_string();
        assert!(error.starts_with("RUST_LOG: `classifier=chatty`"), "{error}");
    }
}
