//! What was typed: a file a command.

use std::sync::LazyLock;

use clap::{Parser, Subcommand, builder::BoolishValueParser};

use crate::telemetry::LogFormat;

mod detach;
mod manual;
mod parse;
mod pcap;
mod report;
mod run;
mod status;
mod top;

pub use self::{
    detach::Detach,
    manual::{Completions, Man},
    parse::{Stop, parse},
    pcap::Pcap,
    report::Report,
    run::Run,
    status::Status,
    top::{NoOrigin, Top},
};

/// Counts every packet by protocol and role in the kernel, and serves the counts to Prometheus
#[derive(Debug, Parser)]
#[command(
    name = "classifier",
    version = VERSION.as_str(),
    disable_help_subcommand = true,
    after_long_help = "Exit status: 0 after SIGINT or SIGTERM, 1 on a runtime error, 2 on bad usage or a bad \
                       configuration file. RUST_LOG filters the log."
)]
pub struct Cli {
    /// With errors, their chain of causes
    #[arg(short, long, global = true, env = "CLASSIFIER_VERBOSE", value_parser = BoolishValueParser::new())]
    pub verbose: bool,

    /// How log lines are written; in the journal with their priority
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", env = "CLASSIFIER_LOG_FORMAT")]
    pub log_format: LogFormat,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Load, attach and serve metrics
    Run(Run),
    /// Show what running agents have in the kernel: interfaces, programs, maps, FTP sessions and data ports
    Status(Status),
    /// Judge captured packets as the kernel would, without any privilege
    Pcap(Pcap),
    /// Write what a firewall on this host should allow, from what was seen
    Report(Report),
    /// Show rates per interface and protocol, live
    Top(Top),
    /// Remove everything that is pinned: programs, links, maps
    Detach(Detach),
    /// Write the man pages of this command and its subcommands into a folder
    Man(Man),
    /// Print what a shell reads to complete this command line
    Completions(Completions),
}

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({})", env!("CARGO_PKG_VERSION"), crate::REVISION));

#[cfg(test)]
fn parsed(line: &str) -> Result<Cli, Stop> {
    parse(line.split(' ').map(std::ffi::OsString::from))
}
