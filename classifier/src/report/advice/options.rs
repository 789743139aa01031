// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Options of the advice.

use std::{str::FromStr, time::Duration};

use thiserror::Error;

use crate::report::traffic::{Opened, PortRange, Transport};

/// Sources that a rule admits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SourceChoice {
    /// Any source
    #[default]
    Any,
    /// The observed hosts, if all are recorded and they are few
    Hosts,
    /// The observed networks (/24, /64), if all are recorded and they are few
    Networks,
}

/// Method by which FTP data connections pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FtpData {
    /// The kernel's helper if all control connections were in clear text, else port ranges
    #[default]
    Auto,
    /// The kernel's helper, which reads the control connections
    Helper,
    /// Port ranges
    Ports,
}

/// Treatment of what this host sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// The host may send anything
    #[default]
    Open,
    /// The host may send only what was observed
    Closed,
}

/// Options of the advice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Sources that rules admit.
    pub sources: SourceChoice,
    /// Method by which FTP data passes.
    pub ftp_data: FtpData,
    /// Treatment of output.
    pub output: Output,
    /// Ports that pass without evidence.
    pub allow: Vec<Allow>,
    /// Shortest observation that a ruleset is written from.
    pub min_observation: Duration,
    /// True if the operator does not log in over the network.
    pub no_remote_login: bool,
}

/// A port that passes because the operator says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allow {
    pub(super) direction: Opened,
    pub(super) transport: Transport,
    pub(super) ports: PortRange,
}

/// Text that is no allowed port.
#[derive(Debug, Error)]
#[error("`{0}` is not a port; write tcp/22, udp/60000-61000 or, for connections of this host, out:udp/53")]
pub struct AllowError(String);

impl FromStr for Allow {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Self, AllowError> {
        parse(text).ok_or_else(|| AllowError(text.into()))
    }
}

fn parse(text: &str) -> Option<Allow> {
    let (direction, rest) = match text.split_once(':') {
        None => (Opened::Inbound, text),
        Some(("in", rest)) => (Opened::Inbound, rest),
        Some(("out", rest)) => (Opened::Outbound, rest),
        Some(_) => return None,
    };
    let (transport, ports) = rest.split_once('/')?;
    let transport = match transport {
        "tcp" => Transport::TCP,
        "udp" => Transport::UDP,
        _ => return None,
    };
    let (low, high) = ports.split_once('-').unwrap_or((ports, ports));
    let ports = PortRange { low: low.parse().ok()?, high: high.parse().ok()? };
    (0 < ports.low && ports.low <= ports.high).then_some(Allow { direction, transport, ports })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_named_by_direction_transport_and_number() {
        for (text, counter) in [
            ("tcp/22", "in_tcp_22"),
            ("in:tcp/22", "in_tcp_22"),
            ("out:udp/53", "out_udp_53"),
            ("udp/60000-61000", "in_udp_60000_61000"),
        ] {
            assert_eq!(text.parse::<Allow>().unwrap().rule().counter, counter);
        }
        for text in ["", "22", "tcp", "tcp/", "tcp/0", "tcp/70000", "sctp/1", "up:tcp/1", "tcp/2-1", "tcp/1-"]
        {
            let error = text.parse::<Allow>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is not a port; write tcp/22")), "{error}");
        }
    }
}
