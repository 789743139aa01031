//! `classifier report`.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, builder::OsStringValueParser};
use thiserror::Error;

use crate::{
    config::{ConfigError, Layer, PIN_DIR, Sources, pin_dir},
    report::{
        Format, Request, Source,
        advice::{Allow, FtpData, Options, SourceChoice},
    },
};

/// Arguments of `classifier report`.
#[derive(Args, Debug)]
pub struct Report {
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "CLASSIFIER_FORMAT")]
    pub format: Format,

    /// The folder that the agent was given; it need not run
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        value_parser = OsStringValueParser::new()
    )]
    pub pin_dir: OsString,

    /// A capture to look at in place of what is pinned: every service in it is taken for one of this host; repeatable
    #[arg(long, value_name = "FILE")]
    pub pcap: Vec<PathBuf>,

    /// TOML file whose `[[port]]` and `[ftp]` hold for captures
    #[arg(short, long, value_name = "FILE", requires = "pcap")]
    pub config: Option<PathBuf>,

    /// Whose connections the rules let pass
    #[arg(long, value_name = "WHOSE", default_value = "any", env = "CLASSIFIER_SOURCES")]
    pub sources: SourceChoice,

    /// How the rules let data connections of FTP pass
    #[arg(long, value_name = "HOW", default_value = "auto", env = "CLASSIFIER_FTP_DATA")]
    pub ftp_data: FtpData,

    /// What is to pass although nobody saw it, such as tcp/22, udp/60000-61000 or, dialled by this host, out:udp/53;
    /// repeatable
    #[arg(long, value_name = "[out:]TRANSPORT/PORT", env = "CLASSIFIER_ALLOW", value_delimiter = ',')]
    pub allow: Vec<Allow>,

    /// Write what has changed since this report, which was written as JSON: exit 0 if nothing has, else 3
    #[arg(long, value_name = "FILE", env = "CLASSIFIER_DIFF")]
    pub diff: Option<PathBuf>,

    /// Write what the rules of this policy would have done, while `classifier run --policy` tried it, as text or JSON
    #[arg(long, value_name = "FILE", env = "CLASSIFIER_POLICY", conflicts_with_all = ["diff", "pcap"])]
    pub policy: Option<PathBuf>,
}

/// What was typed makes no report.
#[derive(Debug, Error)]
pub enum ReportUsage {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An empty folder was named.
    #[error("nothing is pinned without a folder, and there is nothing to report; name one with --pin-dir")]
    NoFolder,
    /// What a policy did is no ruleset.
    #[error("--policy writes text or JSON, and no ruleset; leave one of --policy and --format out")]
    Policy,
    /// Changes are no ruleset.
    #[error("--diff writes text or JSON, and no ruleset; leave one of --diff and --format out")]
    Diff,
}

impl Report {
    /// What is asked for.
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
        let source = if self.pcap.is_empty() {
            Source::Pins(pin_dir(self.pin_dir.as_ref())?.ok_or(ReportUsage::NoFolder)?)
        } else {
            let sources = Sources { flags: Layer::default(), file: self.config };
            Source::Captures(self.pcap, Box::new(sources.settings()?))
        };
        let options = Options { sources: self.sources, ftp_data: self.ftp_data, allow: self.allow };
        Ok(Request { source, format: self.format, options, diff: self.diff, policy: self.policy })
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
        assert!(matches!(request("classifier report --pin-dir="), Err(ReportUsage::NoFolder)));
        assert!(request("classifier report --diff a --format json").is_ok());
    }

    #[test]
    fn ports_that_are_none_are_refused_in_a_line() {
        let words = ["classifier", "report", "--allow", "ssh"].map(OsString::from);
        let Err(Stop::Usage(text)) = parse(words) else { panic!("it is accepted") };
        assert!(text.contains("`ssh` names no ports; write tcp/22") && !text.contains('\n'), "{text}");
    }
}
