// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier report`.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, builder::OsStringValueParser};
use thiserror::Error;

use super::sections::{self, Example, Sections};
use crate::{
    config::{ConfigError, Layer, PIN_DIR, pin_dir},
    configuration::{ConfigurationError, ConfigurationSources},
    report::{
        Format, Request, Source,
        advice::{Allow, FtpData, Options, Output, SourceChoice},
    },
};

/// Arguments of `classifier report`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Report {
    /// Output format
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "CLASSIFIER_REPORT_FORMAT",
        help_heading = sections::OUTPUT
    )]
    pub format: Format,

    /// Pin directory of the agent, which need not run
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        value_parser = OsStringValueParser::new(),
        help_heading = sections::INPUT
    )]
    pub pin_dir: OsString,

    /// Capture file to read instead of the pin directory; its services count as services of this host; repeatable
    #[arg(long, value_name = "FILE", help_heading = sections::INPUT)]
    pub pcap: Vec<PathBuf>,

    /// Configuration file whose `[[port]]` and `[ftp]` tables apply to the captures
    #[arg(short, long, value_name = "FILE", requires = "pcap", help_heading = sections::INPUT)]
    pub config: Option<PathBuf>,

    /// Sources that the rules accept
    #[arg(
        long,
        value_name = "SOURCES",
        default_value = "any",
        env = "CLASSIFIER_SOURCES",
        help_heading = sections::RULES
    )]
    pub sources: SourceChoice,

    /// Method by which the rules accept FTP data connections
    #[arg(
        long,
        value_name = "METHOD",
        default_value = "auto",
        env = "CLASSIFIER_FTP_DATA",
        help_heading = sections::RULES
    )]
    pub ftp_data: FtpData,

    /// Restriction of output: `closed` admits observed traffic only
    #[arg(
        long,
        value_name = "OUTPUT",
        default_value = "open",
        env = "CLASSIFIER_OUTPUT",
        help_heading = sections::RULES
    )]
    pub output: Output,

    /// Port to allow although no traffic was observed, such as tcp/22, udp/60000-61000 or out:udp/53; repeatable
    #[arg(
        long,
        value_name = "[out:]TRANSPORT/PORT",
        env = "CLASSIFIER_ALLOW",
        value_delimiter = ',',
        help_heading = sections::RULES
    )]
    pub allow: Vec<Allow>,

    /// Shortest observation that a ruleset is written from
    #[arg(
        long,
        value_name = "TIME",
        default_value = "1h",
        env = "CLASSIFIER_MIN_OBSERVATION",
        value_parser = time,
        help_heading = sections::RULES
    )]
    pub min_observation: Duration,

    /// Write a ruleset although it may close a remote login: for hosts with a console
    #[arg(long, help_heading = sections::RULES)]
    pub no_remote_login: bool,

    /// Write a refused ruleset; each overridden reason is logged, and is a comment of the ruleset
    #[arg(long, help_heading = sections::RULES)]
    pub force: bool,

    /// Print the changes since this earlier JSON report; exit status 3 if there are any
    #[arg(long, value_name = "FILE", env = "CLASSIFIER_DIFF", help_heading = sections::OUTPUT)]
    pub diff: Option<PathBuf>,

    /// Print the dry-run result of this policy, which `classifier run --policy` has evaluated, as text or JSON
    #[arg(
        long,
        value_name = "FILE",
        visible_alias = "dry-run-policy",
        env = "CLASSIFIER_REPORT_POLICY",
        conflicts_with_all = ["diff", "pcap"],
        help_heading = sections::OUTPUT
    )]
    pub policy: Option<PathBuf>,
}

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Summarize services, peers and warnings", line: "classifier report" },
        Example {
            purpose: "Write an nftables ruleset that also allows SSH",
            line: "classifier report --format nft --allow tcp/22 > rules.nft",
        },
        Example {
            purpose: "Write a zone of firewalld, which restricts input",
            line: "classifier report --format firewalld > classifier.xml",
        },
        Example {
            purpose: "Write the rules as a policy, for a dry run by `classifier run --policy`",
            line: "classifier report --format policy > policy.toml",
        },
        Example {
            purpose: "Print the changes since an earlier report",
            line: "classifier report --diff last-week.json",
        },
    ],
    files: &[sections::PINS],
    exit_status: &[
        ("0", "The report was written."),
        ("1", "Runtime error."),
        ("2", "Bad usage or bad configuration, or the ruleset is refused: it could lock somebody out."),
        ("3", "With `--diff`: something has changed."),
    ],
    see_also: &[
        "classifier-run(1)",
        "classifier-pcap(1)",
        "nft(8)",
        "iptables-restore(8)",
        "firewalld.zone(5)",
        "ufw(8)",
    ],
};

fn time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write 30m, 1h or 7d, and 0s for any"))
}

/// Flags that contradict each other.
#[derive(Debug, Error)]
pub enum ReportUsage {
    /// See [`ConfigError`].
    #[error(transparent)]
    PinDir(#[from] ConfigError),
    /// See [`ConfigurationError`].
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// An empty folder was named.
    #[error("--pin-dir is empty; report needs a pin directory, or captures with --pcap")]
    NoFolder,
    /// The results of a dry run are not a ruleset.
    #[error("--policy writes text or JSON, not a ruleset; leave out --policy or --format")]
    Policy,
    /// The format restricts input only.
    #[error("--output closed needs a format that restricts output: nft, iptables or policy")]
    Output,
    /// Changes are no ruleset.
    #[error("--diff writes text or JSON, not a ruleset; leave out --diff or --format")]
    Diff,
}

impl Report {
    /// Returns the request that the flags make.
    ///
    /// # Errors
    ///
    /// When flags contradict each other, or there can be no such folder.
    pub fn request(self) -> Result<Request, ReportUsage> {
        if self.diff.is_some() && !matches!(self.format, Format::Text | Format::Json) {
            return Err(ReportUsage::Diff);
        }
        if self.policy.is_some() && !matches!(self.format, Format::Text | Format::Json) {
            return Err(ReportUsage::Policy);
        }
        if self.output == Output::Closed && !self.format.restricts_output() {
            return Err(ReportUsage::Output);
        }
        let source = if self.pcap.is_empty() {
            Source::Pins(pin_dir(self.pin_dir.as_ref())?.ok_or(ReportUsage::NoFolder)?)
        } else {
            let sources = ConfigurationSources { flags: Layer::default(), file: self.config };
            Source::Captures(self.pcap, Box::new(sources.read()?.settings))
        };
        let options = Options {
            sources: self.sources,
            ftp_data: self.ftp_data,
            output: self.output,
            allow: self.allow,
            min_observation: self.min_observation,
            no_remote_login: self.no_remote_login,
        };
        let Self { format, diff, policy, force, .. } = self;
        Ok(Request { source, format, options, diff, policy, force })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, Stop, parse, parsed};

    #[test]
    fn a_report_is_for_people_and_lets_anybody_pass_unless_it_is_said_otherwise() {
        let Command::Report(report) = parsed("classifier report").unwrap().command else {
            panic!("no report")
        };
        assert_eq!((report.format, report.sources, report.ftp_data), Default::default());
        assert_eq!((report.pin_dir, report.diff), (PIN_DIR.into(), None));
        let line =
            "classifier report --format nft --sources networks --allow tcp/22,out:udp/53 --allow tcp/80";
        let Command::Report(report) = parsed(line).unwrap().command else { panic!("no report") };
        assert_eq!((report.output, report.min_observation), (Output::Open, Duration::from_hours(1)));
        assert_eq!((report.format, report.sources), (Format::Nft, SourceChoice::Networks));
        let expected = ["tcp/22", "out:udp/53", "tcp/80"].map(|text| text.parse::<Allow>().unwrap());
        assert_eq!(report.allow, expected);
    }

    #[test]
    fn changes_are_no_ruleset_and_no_folder_has_no_report() {
        let request = |line| {
            let Command::Report(report) = parsed(line).unwrap().command else { panic!("no report") };
            report.request()
        };
        assert!(matches!(request("classifier report --diff a --format nft"), Err(ReportUsage::Diff)));
        for closed in [
            "classifier report --output closed --format firewalld",
            "classifier report --output closed --format ufw",
        ] {
            assert!(matches!(request(closed), Err(ReportUsage::Output)), "{closed}");
        }
        assert!(matches!(request("classifier report --pin-dir="), Err(ReportUsage::NoFolder)));
        assert!(request("classifier report --diff a --format json").is_ok());
    }

    #[test]
    fn ports_that_are_none_are_refused_in_a_line() {
        let words = ["classifier", "report", "--allow", "ssh"].map(OsString::from);
        let Err(Stop::Usage(text)) = parse(words) else { panic!("it is accepted") };
        assert!(text.contains("`ssh` is not a port; write tcp/22") && !text.contains('\n'), "{text}");
    }
}
