// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The levels that are logged: of `--log-level`, and of `RUST_LOG` for single targets.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use super::LogError;
use crate::datapath::messages::TARGET as DEBUG_MESSAGES;

/// Least severe level that is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogLevel {
    /// Failures
    Error,
    /// Failures and degraded operation
    Warn,
    /// Changes of state as well
    Info,
    /// Single events as well
    Debug,
    /// Everything
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// The filter of this variable's text, in which a level that was typed replaces the one for all targets.
pub(super) fn filter(variable: Option<&str>, typed: Option<LogLevel>) -> Result<Targets, LogError> {
    let text = variable.map(str::trim).filter(|filter| !filter.is_empty());
    let parsed = text.map(|filter| {
        filter.parse::<Targets>().map_err(|cause| LogError::Filter { filter: filter.to_owned(), cause })
    });
    let targets = parsed.transpose()?;
    let Some(typed) = typed.map(LevelFilter::from) else {
        return Ok(targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO)));
    };
    // Messages of the kernel programs make packets slower: they have to be asked for by their target.
    let quiet = Targets::new().with_default(typed).with_target(DEBUG_MESSAGES, typed.min(LevelFilter::INFO));
    Ok(quiet.with_targets(targets.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    const TARGET: &str = "classifier::http";

    #[test]
    fn silence_and_emptiness_mean_info() {
        for variable in [None, Some(""), Some(" ")] {
            let filter = filter(variable, None).unwrap();
            assert!(filter.would_enable(TARGET, &Level::INFO), "{variable:?}");
            assert!(!filter.would_enable(TARGET, &Level::DEBUG), "{variable:?}");
        }
    }

    #[test]
    fn a_target_can_be_asked_for_alone() {
        let filter = filter(Some("warn,classifier::http=debug"), None).unwrap();
        assert!(filter.would_enable(TARGET, &Level::DEBUG));
        assert!(!filter.would_enable("aya", &Level::INFO));
    }

    #[test]
    fn a_filter_that_does_not_parse_is_named() {
        for typed in [None, Some(LogLevel::Info)] {
            let error = filter(Some("classifier=chatty"), typed).unwrap_err().to_string();
            assert!(error.starts_with("RUST_LOG: `classifier=chatty`"), "{error}");
        }
    }

    #[test]
    fn a_typed_level_holds_for_every_target_without_one_of_its_own() {
        let all = filter(Some("error,classifier::http=trace"), Some(LogLevel::Debug)).unwrap();
        assert!(all.would_enable(TARGET, &Level::TRACE));
        assert!(all.would_enable("aya", &Level::DEBUG) && !all.would_enable("aya", &Level::TRACE));
        let few = filter(None, Some(LogLevel::Error)).unwrap();
        assert!(!few.would_enable(TARGET, &Level::WARN) && !few.would_enable(DEBUG_MESSAGES, &Level::WARN));
    }

    #[test]
    fn messages_of_the_kernel_programs_are_asked_for_by_their_target() {
        let debug = |variable| {
            let filter = filter(variable, Some(LogLevel::Debug)).unwrap();
            filter.would_enable(DEBUG_MESSAGES, &Level::DEBUG)
        };
        assert!(!debug(None) && debug(Some("classifier_ebpf=debug")));
    }
}
