//! `classifier pcap`.

use std::path::PathBuf;

use clap::Args;

use crate::offline::Output;

/// Arguments of `classifier pcap`.
#[derive(Args, Debug)]
pub struct Pcap {
    /// Captures in the formats pcap and pcapng, plain or compressed by gzip or zstd; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Output,

    /// Write a line a packet in place of sums: its number, its protocol and its role
    #[arg(long, conflicts_with = "format")]
    pub packets: bool,

    /// Have the kernel judge each packet, by the program that `run` attaches; needs root, and writes the same
    #[arg(long)]
    pub kernel: bool,

    /// TOML file whose `[[port]]` and `[ftp]` hold for the captures too
    #[arg(short, long, value_name = "FILE", env = "CLASSIFIER_CONFIG")]
    pub config: Option<PathBuf>,
}

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
