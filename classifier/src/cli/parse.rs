// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! From a command line to what was typed, or to why nothing is to be run.

use std::{env, ffi::OsString};

use clap::{Command, CommandFactory as _, FromArgMatches as _, error::ErrorKind};
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
    let mut command = without_empty_variables(Cli::command());
    let matches = command.try_get_matches_from_mut(arguments);
    let typed = matches
        .and_then(|matches| Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command)));
    typed.map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            Stop::Answer(error.to_string())
        } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            Stop::Usage(one_line("no command is given"))
        } else {
            Stop::Usage(one_line(&error.to_string()))
        }
    })
}

/// An empty variable is an unset one: a file of a service manager or a container's description empties what it cannot unset.
fn without_empty_variables(command: Command) -> Command {
    let set = command.mut_args(|argument| {
        let value = argument.get_env().and_then(env::var_os);
        if value.is_some_and(|value| value.is_empty()) {
            argument.env(None::<&'static str>)
        } else {
            argument
        }
    });
    set.mut_subcommands(without_empty_variables)
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
    use std::collections::BTreeSet;

    use clap::Arg;

    use super::*;
    use crate::cli::parsed;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    /// Variables that mean the same to every command that reads them.
    const SHARED: [&str; 2] = ["CLASSIFIER_CONFIG", "CLASSIFIER_PIN_DIR"];

    #[test]
    fn no_variable_is_read_by_two_commands_with_two_meanings() {
        let command = Cli::command();
        let arguments = command.get_subcommands().flat_map(Command::get_arguments);
        let mut variables: Vec<_> = arguments.filter_map(Arg::get_env).collect();
        variables.extend(command.get_arguments().filter_map(Arg::get_env));
        variables.sort();
        let twice: BTreeSet<_> =
            variables.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        assert_eq!(twice.into_iter().collect::<Vec<_>>(), SHARED);
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
