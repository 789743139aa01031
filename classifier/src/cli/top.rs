// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier top`.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, builder::OsStringValueParser};
use thiserror::Error;

use super::sections::{self, Example, Sections};
use crate::{
    config::{ConfigError, PIN_DIR, pin_dir},
    top::{BadUrl, Format, Options, Origin, Target},
};

/// Arguments of `classifier top`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Top {
    /// Pin directory of the agent
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        value_parser = OsStringValueParser::new(),
        help_heading = sections::INPUT
    )]
    pub pin_dir: OsString,

    /// Metrics URL of an agent, such as `https://host:9877/metrics`, to read instead of a pin directory
    #[arg(
        long,
        value_name = "URL",
        env = "CLASSIFIER_URL",
        hide_env_values = true,
        help_heading = sections::INPUT
    )]
    pub url: Option<String>,

    /// PEM file of the certificate authorities to trust over https [default: those of the system]
    #[arg(
        long,
        value_name = "FILE",
        env = "CLASSIFIER_CA",
        requires = "url",
        help_heading = sections::INPUT
    )]
    pub ca: Option<PathBuf>,

    /// File with user:password in its first line; overrides the credentials in the URL
    #[arg(
        long,
        value_name = "FILE",
        env = "CLASSIFIER_CREDENTIALS",
        requires = "url",
        help_heading = sections::INPUT
    )]
    pub credentials: Option<PathBuf>,

    /// Recording to show instead of an agent: a file that `--record` or `--format json` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "record", help_heading = sections::INPUT)]
    pub replay: Option<PathBuf>,

    /// Time between two readings, from 0.1s to 1h
    #[arg(
        long,
        value_name = "TIME",
        env = "CLASSIFIER_INTERVAL",
        default_value = "1s",
        value_parser = interval,
        help_heading = sections::OUTPUT
    )]
    pub interval: Duration,

    /// Print the rates of one interval and exit
    #[arg(long, help_heading = sections::OUTPUT)]
    pub once: bool,

    /// Output format: `text` is a screen, `json` one object per interval
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "CLASSIFIER_TOP_FORMAT",
        help_heading = sections::OUTPUT
    )]
    pub format: Format,

    /// New file to record to while the screen is shown, as one JSON object per interval
    #[arg(long, value_name = "FILE", conflicts_with = "once", help_heading = sections::OUTPUT)]
    pub record: Option<PathBuf>,
}

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Show the rates of this host's agent", line: "classifier top" },
        Example {
            purpose: "Show the rates of an agent on another host",
            line: "classifier top --url https://node1:9877/metrics --ca ca.pem --credentials secret.txt",
        },
        Example {
            purpose: "Print the rates of ten seconds as JSON",
            line: "classifier top --once --interval 10s --format json",
        },
        Example { purpose: "Record an incident", line: "classifier top --record incident.jsonl" },
        Example { purpose: "Show the incident again", line: "classifier top --replay incident.jsonl" },
    ],
    files: &[sections::PINS],
    exit_status: sections::PLAIN,
    see_also: &["classifier-status(1)", "classifier-run(1)"],
};

/// There is nothing to look at.
#[derive(Debug, Error)]
pub enum NoOrigin {
    /// See [`BadUrl`].
    #[error(transparent)]
    Url(#[from] BadUrl),
    /// See [`ConfigError`].
    #[error(transparent)]
    PinDir(#[from] ConfigError),
    /// Neither a folder nor a URL.
    #[error("--pin-dir is empty; top needs a pin directory, or an agent with --url")]
    Nothing,
    /// A recording of what is written anyway.
    #[error("--record is for the screen; redirect the output of --format json to a file instead")]
    RecordsItself,
}

impl Top {
    /// Returns the options that the flags make.
    ///
    /// # Errors
    ///
    /// When it names nothing to look at.
    pub fn options(self) -> Result<Options, NoOrigin> {
        let origin = match (self.replay, self.url) {
            (Some(path), _) => Origin::File(path),
            (None, Some(url)) => {
                let (authorities, credentials_file) = (self.ca, self.credentials);
                Origin::Url(Target { credentials_file, authorities, ..Target::parse(&url)? })
            }
            (None, None) => Origin::Pins(pin_dir(self.pin_dir.as_ref())?.ok_or(NoOrigin::Nothing)?),
        };
        let Self { interval, once, format, record, .. } = self;
        if record.is_some() && format == Format::Json {
            return Err(NoOrigin::RecordsItself);
        }
        Ok(Options { origin, interval, once, format, record })
    }
}

/// Seconds, or a number with its unit.
fn interval(text: &str) -> Result<Duration, String> {
    const LEAST: Duration = Duration::from_millis(100);
    const MOST: Duration = Duration::from_hours(1);
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let interval = seconds.or_else(|| humantime::parse_duration(text).ok());
    interval
        .filter(|interval| (LEAST..=MOST).contains(interval))
        .ok_or_else(|| "give 0.1s to 1h, as in 500ms".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, Stop, parsed};

    fn options(line: &str) -> Result<Options, NoOrigin> {
        let Command::Top(top) = parsed(line).unwrap().command else { panic!("{line} is another command") };
        top.options()
    }

    #[test]
    fn every_flag_of_top_arrives() {
        let plain = options("classifier top").unwrap();
        let expected = Options {
            origin: Origin::Pins(PIN_DIR.into()),
            interval: Duration::from_secs(1),
            once: false,
            format: Format::Text,
            record: None,
        };
        assert_eq!(plain, expected);
        let line = "classifier top --url https://u:p@h/ --ca a.pem --credentials c --interval 0.25 --once --format \
        json";
        let all = options(line).unwrap();
        assert_eq!((all.interval, all.once, all.format), (Duration::from_millis(250), true, Format::Json));
        let Origin::Url(target) = all.origin else { panic!("{:?}", all.origin) };
        assert_eq!(target.to_string(), "https://h:443/metrics");
        assert_eq!(target.authorities.as_deref(), Some("a.pem".as_ref()));
        assert_eq!(target.credentials_file.as_deref(), Some("c".as_ref()));
        let other = options("classifier top --pin-dir /sys/fs/bpf/b --interval 1500ms").unwrap();
        let recorded = options("classifier top --record new.jsonl").unwrap();
        assert_eq!(recorded.record.as_deref(), Some("new.jsonl".as_ref()));
        let replayed = options("classifier top --replay old.jsonl --url http://h/").unwrap();
        assert_eq!(replayed.origin, Origin::File("old.jsonl".into()));
        assert_eq!((other.origin, other.interval.as_millis()), (Origin::Pins("/sys/fs/bpf/b".into()), 1500));
    }

    #[test]
    fn what_names_nothing_to_look_at_is_refused() {
        assert!(options("classifier top --pin-dir=").unwrap_err().to_string().contains("--url"));
        assert!(
            options("classifier top --pin-dir a").is_err() && options("classifier top --url h:1").is_err()
        );
        assert!(
            options("classifier top --record a --format json").unwrap_err().to_string().contains("redirect")
        );
        for line in ["--record a --once", "--record a --replay b"] {
            assert!(matches!(parsed(&format!("classifier top {line}")), Err(Stop::Usage(_))), "{line}");
        }
        for line in ["--interval 0.05", "--interval 2h", "--interval soon", "--interval=-1", "--ca a.pem"] {
            assert!(matches!(parsed(&format!("classifier top {line}")), Err(Stop::Usage(_))), "{line}");
        }
    }
}
