// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier status`.

use std::ffi::OsString;

use clap::{Args, builder::OsStringValueParser};

use super::sections::{self, Example, Sections};
use crate::{config::PIN_DIR, status::Format};

/// Arguments of `classifier status`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Status {
    /// Output format
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "CLASSIFIER_STATUS_FORMAT",
        help_heading = sections::OUTPUT
    )]
    pub format: Format,

    /// Pin directory of the agents; with `none` or an empty value no pin directory is read
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        value_parser = OsStringValueParser::new(),
        help_heading = sections::PINNED_OBJECTS
    )]
    pub pin_dir: OsString,
}

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Show every agent of this host", line: "classifier status" },
        Example {
            purpose: "List the problems of all agents, for a script",
            line: "classifier status --format json | jq '.problems + [.agents[].problems[]]'",
        },
    ],
    files: &[sections::PINS],
    exit_status: &[
        ("0", "An agent, or a problem, was shown."),
        ("1", "No agent is running and nothing is pinned, or a runtime error occurred."),
        ("2", "Bad usage."),
    ],
    see_also: &["classifier-run(1)", "classifier-top(1)", "classifier-detach(1)", "bpftool(8)"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parsed};

    fn shown(line: &str) -> (Format, OsString) {
        let Command::Status(status) = parsed(line).unwrap().command else { panic!("{line} shows nothing") };
        (status.format, status.pin_dir)
    }

    #[test]
    fn a_status_is_for_people_unless_it_is_said_otherwise() {
        assert_eq!(shown("classifier status"), (Format::Text, PIN_DIR.into()));
        assert_eq!(shown("classifier status --format json --pin-dir /a"), (Format::Json, "/a".into()));
        assert_eq!(shown("classifier status --pin-dir="), (Format::Text, "".into()));
    }
}
