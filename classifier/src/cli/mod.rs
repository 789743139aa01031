// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The command line: a file for each command.

use std::sync::LazyLock;

use clap::{Parser, Subcommand, builder::BoolishValueParser};

use crate::telemetry::{LogFormat, LogLevel};

mod detach;
mod doctor;
mod manual;
mod parse;
mod pcap;
mod report;
mod run;
mod sections;
mod status;
#[cfg(feature = "top")]
mod top;

#[cfg(feature = "top")]
pub use self::top::{NoOrigin, Top};
pub use self::{
    detach::Detach,
    doctor::Doctor,
    manual::{Completions, Man},
    parse::{Stop, parse},
    pcap::Pcap,
    report::Report,
    run::Run,
    sections::{Example, Sections},
    status::Status,
};

/// Prometheus exporter of packet counts by protocol and role, counted by eBPF programs in the kernel
///
/// `classifier run` attaches eBPF programs to network interfaces and serves their counters to Prometheus. Each packet
/// is counted once. No packet is dropped, delayed or changed. The other commands show the counters, classify capture
/// files, or derive firewall rules from the observed traffic.
#[derive(Debug, Parser)]
#[command(
    name = "classifier",
    version = VERSION.as_str(),
    disable_help_subcommand = true,
    after_long_help = SECTIONS.help()
)]
#[cfg_attr(
    not(feature = "top"),
    command(
        before_long_help = "Built without the cargo feature `top`: there is no `classifier top`, and `classifier pcap` \
                            shows no progress."
    )
)]
pub struct Cli {
    /// Print the full chain of causes of an error
    #[arg(
        short,
        long,
        global = true,
        env = "CLASSIFIER_VERBOSE",
        value_parser = BoolishValueParser::new(),
        help_heading = LOGGING
    )]
    pub verbose: bool,

    /// Least severe level to log, unless `RUST_LOG` has one for the target [default: info]
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        visible_alias = "log.level",
        env = "CLASSIFIER_LOG_LEVEL",
        help_heading = LOGGING
    )]
    pub log_level: Option<LogLevel>,

    /// Format of log lines
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        visible_alias = "log.format",
        default_value = "text",
        env = "CLASSIFIER_LOG_FORMAT",
        help_heading = LOGGING
    )]
    pub log_format: LogFormat,

    /// The command to execute.
    #[command(subcommand)]
    pub command: Command,
}

/// The command to execute.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Count packets on network interfaces and serve the counters to Prometheus
    ///
    /// Loads the eBPF programs, attaches them to the selected interfaces and serves metrics over HTTP or HTTPS. New
    /// interfaces are attached when they appear. SIGHUP reloads the settings. SIGINT and SIGTERM end the agent; pinned
    /// programs continue to count until `classifier detach`. Needs root, or `CAP_BPF`, `CAP_NET_ADMIN` and
    /// `CAP_PERFMON`.
    Run(Run),
    /// Show attached interfaces, programs, maps, FTP sessions and problems of running agents
    ///
    /// Asks the kernel, not the agents, and changes nothing. Problems are listed first, each with its remedy. Needs
    /// root, or `CAP_SYS_ADMIN`.
    Status(Status),
    /// Classify the packets of capture files offline, without privileges
    ///
    /// Reads pcap and pcapng files and prints the counts per protocol and role. The classification code is the one
    /// that `classifier run` loads into the kernel.
    Pcap(Pcap),
    /// Write a firewall ruleset, or a summary, from the observed traffic of this host
    ///
    /// Reads the pinned counters of an agent, which need not run, or capture files. Each rule cites the observed
    /// traffic that it is for. Nothing is loaded into the firewall.
    Report(Report),
    /// Show live rates per interface and protocol in the terminal
    ///
    /// Reads the pinned counters of an agent on this host, or the metrics of an agent at a URL. The key `?` lists the
    /// keys.
    #[cfg(feature = "top")]
    Top(Top),
    /// Remove all pinned programs, links and maps of an agent
    ///
    /// Ends the counting that continues after an agent. Counters are lost. Refused while an agent holds the pin
    /// directory. Needs root, or the user of the agent.
    Detach(Detach),
    /// Show which features of this kernel the agent needs and uses, and whether it can start
    ///
    /// Probes the kernel and loads the eBPF programs for a moment. Nothing is attached or pinned. Each missing feature
    /// is listed with its effect and its remedy. Needs root, or `CAP_BPF`, `CAP_NET_ADMIN` and `CAP_PERFMON`.
    Doctor(Doctor),
    /// Write the man pages of all commands into a directory
    Man(Man),
    /// Print the completion script of a shell
    Completions(Completions),
}

/// Heading of the flags that every command has.
const LOGGING: &str = "Logging";

const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Count on every interface, metrics at 127.0.0.1:9877", line: "classifier run" },
        Example { purpose: "Show what is attached, and problems", line: "classifier status" },
        Example {
            purpose: "Write an nftables ruleset for the observed services",
            line: "classifier report --format nft",
        },
        Example { purpose: "Stop counting and remove everything pinned", line: "classifier detach" },
    ],
    files: &[sections::CONFIGURATION, sections::PINS],
    exit_status: &[
        ("0", "Success. For `run`: ended by SIGINT or SIGTERM."),
        ("1", "Runtime error."),
        ("2", "Bad usage or bad configuration; `report`: a refused ruleset."),
        ("3", "`report --diff`: something has changed."),
    ],
    see_also: &["classifier.toml(5)", "nft(8)", "tcpdump(1)", "bpftool(8)"],
};

/// Sections of the command with this name; the empty name is the program itself.
#[must_use]
pub fn sections_of(command: &str) -> Option<&'static Sections> {
    Some(match command {
        "" => &SECTIONS,
        "run" => &run::SECTIONS,
        "status" => &status::SECTIONS,
        "pcap" => &pcap::SECTIONS,
        "report" => &report::SECTIONS,
        #[cfg(feature = "top")]
        "top" => &top::SECTIONS,
        "detach" => &detach::SECTIONS,
        "doctor" => &doctor::SECTIONS,
        "man" => &manual::MAN,
        "completions" => &manual::COMPLETIONS,
        _ => return None,
    })
}

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({})", env!("CARGO_PKG_VERSION"), crate::REVISION));

#[cfg(test)]
fn parsed(line: &str) -> Result<Cli, Stop> {
    parse(line.split(' ').map(std::ffi::OsString::from))
}
