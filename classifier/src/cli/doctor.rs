// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier doctor`.

use clap::Args;

use super::sections::{Example, Sections};

/// Arguments of `classifier doctor`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Doctor {}

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Show what this kernel has and lacks", line: "classifier doctor" },
        Example {
            purpose: "Start the agent only where it can start",
            line: "classifier doctor && classifier run",
        },
    ],
    files: &[("/sys/kernel/btf/vmlinux", "The kernel's types, which the verifier needs.")],
    exit_status: &[
        ("0", "`classifier run` can start on this kernel."),
        ("1", "A privilege or a feature of the kernel is missing, or the kernel refuses a program."),
        ("2", "Bad usage."),
    ],
    see_also: &["classifier-run(1)", "classifier-status(1)", "bpftool-feature(8)"],
};
