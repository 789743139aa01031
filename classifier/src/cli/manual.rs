// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier man` and `classifier completions`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::sections::{self, Example, Sections};

/// Arguments of `classifier man`.
#[derive(Args, Debug)]
#[command(after_long_help = MAN.help())]
pub struct Man {
    /// Directory to write to, which must exist
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

pub(super) const MAN: Sections = Sections {
    examples: &[Example { purpose: "Write the pages into a directory", line: "classifier man /tmp/man" }],
    files: &[],
    exit_status: sections::PLAIN,
    see_also: &["classifier(1)", "man(1)"],
};

/// Arguments of `classifier completions`.
#[derive(Args, Debug)]
#[command(after_long_help = COMPLETIONS.help())]
pub struct Completions {
    /// Shell that reads the script
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

pub(super) const COMPLETIONS: Sections = Sections {
    examples: &[Example {
        purpose: "Install the completions of bash for this user",
        line: "classifier completions bash > ~/.local/share/bash-completion/completions/classifier",
    }],
    files: &[],
    exit_status: sections::PLAIN,
    see_also: &["classifier(1)"],
};
