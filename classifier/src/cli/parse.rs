//! From a command line to what was typed, or to why nothing is to be run.

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
use thiserror::Error;

use super::Cli;

/// Nothing is to be run.
#[derive(Debug, Error)]
pub enum Stop {
    /// Help or the version was asked for: the text.
    #[error("{0}")]
    Answer(String),
    /// The command line cannot be understood: one line.
    #[error("{0}")]
    Usage(String),
}

/// Understands a command line, the program's name first, and the environment.
///
/// # Errors
///
/// When there is nothing to run: see [`Stop`].
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    Cli::try_parse_from(arguments).map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            Stop::Answer(error.to_string())
        } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            Stop::Usage(one_line("no command is given"))
        } else {
            Stop::Usage(one_line(&error.to_string()))
        }
    })
}

/// Clap's message without its usage block: the first paragraph and the tips.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let said: Vec<_> =
        lines.map(|line| line.trim_start_matches("error: ").trim_start_matches("tip: ")).collect();
    let name = Cli::command().get_name().to_owned();
    format!("{}; see `{name} --help`", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::parsed;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_and_version_are_answers() {
        for line in ["classifier --help", "classifier run --help", "classifier --version"] {
            assert!(matches!(parsed(line), Err(Stop::Answer(_))), "{line}");
        }
    }

    #[test]
    fn usage_errors_are_one_line_with_cause_and_remedy() {
        for (line, part) in [
            ("classifier", "no command is given"),
            ("classifier fly", "unrecognized subcommand 'fly'"),
            ("classifier run --lisen :1", "a similar argument exists: '--listen'"),
            ("classifier run --xdp-mode fast", "[possible values: auto, native, generic, off]"),
            ("classifier run -i", "a value is required"),
            ("classifier status --format xml", "[possible values: text, json]"),
        ] {
            let Err(Stop::Usage(text)) = parsed(line) else { panic!("{line} is accepted") };
            assert!(text.contains(part) && text.ends_with("see `classifier --help`"), "{text}");
            assert!(!text.contains('\n'), "{text}");
        }
    }
}
