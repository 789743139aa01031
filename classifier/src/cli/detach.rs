// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier detach`.

use std::path::PathBuf;

use clap::Args;

use super::sections::{self, Example, Sections};
use crate::config::PIN_DIR;

/// Arguments of `classifier detach`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Detach {
    /// Pin directory of the agent
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        help_heading = sections::PINNED_OBJECTS
    )]
    pub pin_dir: PathBuf,
}

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Remove everything that the agent has pinned", line: "classifier detach" },
        Example {
            purpose: "The same for an agent with another pin directory",
            line: "classifier detach --pin-dir /sys/fs/bpf/test",
        },
    ],
    files: &[sections::PINS],
    exit_status: sections::PLAIN,
    see_also: &["classifier-run(1)", "classifier-status(1)"],
};
