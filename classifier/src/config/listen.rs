// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Addresses of the metrics server.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::ParseIntError,
    str::FromStr,
};

use super::ConfigError;

/// Default address of the metrics server.
pub(super) const DEFAULT: &str = "127.0.0.1:9877";

/// An address and port to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// A port on all addresses, IPv4 and IPv6.
    All(u16),
    /// One address and port.
    At(SocketAddr),
    /// A host name, which is resolved when the agent starts, and a port.
    Named(String, u16),
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        if address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
            Self::All(address.port())
        } else {
            Self::At(address)
        }
    }
}

impl FromStr for ListenAddress {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let refused = |cause: String| ConfigError::Listen { text: text.to_owned(), cause };
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let (host, port) =
            text.rsplit_once(':').ok_or_else(|| refused("invalid: the port is missing".into()))?;
        let port = port.parse().map_err(|error: ParseIntError| refused(format!("port: {error}")))?;
        match host {
            "" => Ok(Self::All(port)),
            name if is_name(name) => Ok(Self::Named(name.to_owned(), port)),
            _ => Err(refused(format!("invalid address or name `{host}`"))),
        }
    }
}

/// Tells whether a host can have this name. If the last label is a number, an address was meant.
fn is_name(text: &str) -> bool {
    let may_be_in_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut labels = text.trim_end_matches('.').split('.');
    let last_is_number =
        labels.clone().next_back().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    !last_is_number && labels.all(|label| !label.is_empty() && label.bytes().all(may_be_in_one))
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(port) => write!(f, ":{port}"),
            Self::At(address) => address.fmt(f),
            Self::Named(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for text in ["127.0.0.1:80", "[::1]:80", "0.0.0.0:80", ":80", "localhost:80", "a-1.example.org.:0"] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), text);
        }
        assert_eq!("[::]:80".parse::<ListenAddress>().unwrap(), ListenAddress::All(80));
    }

    #[test]
    fn what_is_neither_an_address_nor_a_name_is_refused() {
        for text in
            ["", "localhost", "::1", "[::1]", "[::1:80", "1.2.3:80", "256.0.0.1:80", "a..b:80", "a b:80"]
        {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
    }
}
