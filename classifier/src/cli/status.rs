//! `classifier status`.

use std::ffi::OsString;

use clap::{Args, builder::OsStringValueParser};

use crate::{config::PIN_DIR, status::Format};

/// Arguments of `classifier status`.
#[derive(Args, Debug)]
pub struct Status {
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "CLASSIFIER_FORMAT")]
    pub format: Format,

    /// The folder that agents were given, to see what is pinned and who holds it; empty: none is looked into
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        value_parser = OsStringValueParser::new()
    )]
    pub pin_dir: OsString,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parsed};

    fn shown(line: &str) -> (Format, OsString) {
        let Command::Status(status) = parsed(line).unwrap().command else { panic!("{line} shows nothing") };
        (status.format, status.pin_dir)
    }

    #[test]
    fn a_status_is_for_people_unless_it_is_said_otherwise() {
        assert_eq!(shown("classifier status"), (Format::Text, PIN_DIR.into()));
        assert_eq!(shown("classifier status --format json --pin-dir /a"), (Format::Json, "/a".into()));
        assert_eq!(shown("classifier status --pin-dir="), (Format::Text, "".into()));
    }
}
