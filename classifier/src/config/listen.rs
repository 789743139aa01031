//! Where metrics are served.

use std::{
    net::{AddrParseError, Ipv6Addr, SocketAddr},
    num::ParseIntError,
};

use super::ConfigError;

/// Where metrics are served when nobody says otherwise.
pub(super) const DEFAULT: &str = "127.0.0.1:9877";

/// An address and port; a port alone means all addresses.
pub(super) fn address(text: &str) -> Result<SocketAddr, ConfigError> {
    let refused = |cause: String| ConfigError::Listen { text: text.to_owned(), cause };
    if let Some(port) = text.strip_prefix(':') {
        let port = port.parse().map_err(|error: ParseIntError| refused(format!("port: {error}")))?;
        return Ok(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)));
    }
    text.parse().map_err(|error: AddrParseError| refused(error.to_string()))
}
