//! What is to pass although nobody saw it.

use std::str::FromStr;

use thiserror::Error;

use super::{Admits, Rule};
use crate::report::traffic::{Opened, PortRange, Transport};

/// Ports that pass because somebody says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allow {
    direction: Opened,
    transport: Transport,
    ports: PortRange,
}

/// Not of the form that is understood.
#[derive(Debug, Error)]
#[error("`{0}` names no ports; write tcp/22, udp/60000-61000 or, for what this host dials, out:udp/53")]
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

impl Allow {
    /// The rule for it.
    pub(super) fn rule(self) -> Rule {
        let Self { direction, transport, ports } = self;
        Rule {
            counter: Rule::counter(direction, transport, &ports.to_string().replace('-', "_")),
            direction,
            protocol: String::new(),
            transport,
            admits: Admits::To(vec![ports]),
            peers: Vec::new(),
            is_read_by_helper: false,
            evidence: "asked for by --allow, whatever was seen".into(),
        }
    }
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
            assert!(error.starts_with(&format!("`{text}` names no ports; write tcp/22")), "{error}");
        }
    }
}
