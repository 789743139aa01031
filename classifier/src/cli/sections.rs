// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Examples, files, exit statuses and references of a command, for `--help` and its man page.

use std::fmt::Write as _;

/// Headings of flags that several commands have.
pub(super) const INPUT: &str = "Input";
pub(super) const OUTPUT: &str = "Output";
pub(super) const PINNED_OBJECTS: &str = "Pinned objects";
pub(super) const RULES: &str = "Firewall rules";

/// The configuration file of the Debian package.
pub(super) const CONFIGURATION: (&str, &str) =
    ("/etc/classifier/classifier.toml", "Configuration file of the packaged service: classifier.toml(5).");

/// The default pin directory.
pub(super) const PINS: (&str, &str) =
    ("/sys/fs/bpf/classifier", "Pinned programs, links and maps. They outlive the agent.");

/// Exit statuses without a meaning of their own.
pub(super) const PLAIN: &[(&str, &str)] = &[("0", "Success."), ("1", "Runtime error."), ("2", "Bad usage.")];

/// One use of a command.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// An imperative phrase.
    pub purpose: &'static str,
    /// The line for a shell.
    pub line: &'static str,
}

/// Text of a command that no flag has.
#[derive(Clone, Copy, Debug)]
pub struct Sections {
    /// Uses, the plainest first.
    pub examples: &'static [Example],
    /// Paths, each with its content.
    pub files: &'static [(&'static str, &'static str)],
    /// Exit statuses, each with its meaning.
    pub exit_status: &'static [(&'static str, &'static str)],
    /// Man pages with their sections.
    pub see_also: &'static [&'static str],
}

impl Sections {
    /// The part below the flags in `--help`.
    pub(super) fn help(&self) -> String {
        let mut text = String::from("Examples:\n");
        // Writing to a string cannot fail.
        for Example { purpose, line } in self.examples {
            let _ = writeln!(text, "  {purpose}:\n    {line}");
        }
        text += "\nExit status:\n";
        for (status, meaning) in self.exit_status {
            let _ = writeln!(text, "  {status}  {meaning}");
        }
        text.truncate(text.trim_end().len());
        text
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{Command, CommandFactory as _};

    use crate::cli::{Cli, parse, sections_of};

    /// The command line of this program in a line of a shell.
    fn own(line: &str) -> impl Iterator<Item = OsString> {
        let from = line.find("classifier").expect("an example calls the program");
        line[from..].split(' ').take_while(|word| !matches!(*word, "|" | ">" | "&&")).map(OsString::from)
    }

    #[test]
    fn every_command_has_examples_that_parse() {
        let command = Cli::command();
        for name in command.get_subcommands().map(Command::get_name).chain([""]) {
            let sections = sections_of(name).unwrap_or_else(|| panic!("`{name}` has no sections"));
            assert!(!sections.examples.is_empty() && !sections.see_also.is_empty(), "{name}");
            for example in sections.examples {
                assert!(parse(own(example.line)).is_ok(), "{}", example.line);
                assert!(example.line.contains(name), "{}", example.line);
            }
        }
    }

    #[test]
    fn every_flag_is_under_a_heading_and_every_value_has_a_name() {
        let command = Cli::command();
        for command in command.get_subcommands() {
            for flag in command.get_arguments().filter(|flag| flag.get_long().is_some()) {
                assert!(flag.get_help_heading().is_some(), "{} {flag}", command.get_name());
            }
            assert!(command.get_about() != command.get_long_about(), "{}", command.get_name());
        }
    }

    #[test]
    fn help_is_in_sentences_that_can_be_read() {
        let mut command = Cli::command();
        command.build();
        for command in command.get_subcommands() {
            let flags = command.get_arguments().filter_map(|flag| flag.get_help());
            for help in flags.chain(command.get_about()).chain(command.get_long_about()) {
                let help = help.to_string();
                let parts = help.split("\n\n").flat_map(|part| part.split(['.', ';']));
                let words = parts.map(|part| part.split_whitespace().count());
                assert!(words.max() <= Some(25), "{help}");
            }
        }
    }
}
