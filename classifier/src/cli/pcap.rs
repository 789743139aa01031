// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier pcap`.

use std::path::PathBuf;

use clap::Args;

use super::sections::{self, Example, Sections};
use crate::offline::Output;

/// Arguments of `classifier pcap`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Pcap {
    /// Capture file in pcap or pcapng format, plain or compressed by gzip or zstd; `-` is standard input; repeatable
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = sections::OUTPUT)]
    pub format: Output,

    /// Print one line per packet (number, protocol, role) instead of sums
    #[arg(long, conflicts_with = "format", help_heading = sections::OUTPUT)]
    pub packets: bool,

    /// Run the kernel program of `classifier run` over each packet instead of the userspace build; needs root
    #[arg(long, help_heading = sections::INPUT)]
    pub kernel: bool,

    /// Configuration file whose `[[port]]` and `[ftp]` tables apply to the captures
    #[arg(short, long, value_name = "FILE", env = "CLASSIFIER_CONFIG", help_heading = sections::INPUT)]
    pub config: Option<PathBuf>,
}

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Print the counts of a capture", line: "classifier pcap capture.pcap" },
        Example {
            purpose: "Print protocol and role of each packet",
            line: "classifier pcap --packets capture.pcapng.zst",
        },
        Example {
            purpose: "Classify what tcpdump captures",
            line: "tcpdump -i eth0 -c 1000 -w - | classifier pcap -",
        },
    ],
    files: &[sections::CONFIGURATION],
    exit_status: &[
        ("0", "Every packet was classified."),
        ("1", "A file is truncated, corrupt or cannot be read. The packets before the error are printed."),
        ("2", "Bad usage or bad configuration."),
    ],
    see_also: &["classifier-run(1)", "classifier-report(1)", "classifier.toml(5)", "tcpdump(1)"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parsed};

    fn typed(line: &str) -> Pcap {
        let Command::Pcap(pcap) = parsed(line).unwrap().command else { panic!("{line} reads no captures") };
        pcap
    }

    #[test]
    fn files_come_in_the_order_in_which_they_were_typed() {
        let pcap = typed("classifier pcap b.pcap - a.pcap --packets");
        assert_eq!(pcap.files, ["b.pcap", "-", "a.pcap"].map(PathBuf::from));
        assert!(pcap.packets && pcap.format == Output::Text);
        assert_eq!(typed("classifier pcap a --format prometheus").format, Output::Prometheus);
    }

    #[test]
    fn lines_have_a_format_of_their_own_and_no_file_is_no_capture() {
        assert!(parsed("classifier pcap a --packets --format json").is_err());
        assert!(parsed("classifier pcap").is_err());
    }
}
