//! How FTP's control connections are followed.

use std::time::Duration;

/// The port of FTP's control connection (RFC 959 §5.2).
pub(super) const CONTROL_PORT: u16 = 21;

/// How FTP's control connections are followed, and how much may be remembered of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FtpSettings {
    /// TCP ports of FTP servers, in the configuration's order. Empty only where `[[port]]` gives port 21 to
    /// another protocol and nothing names others.
    pub control_ports: Vec<u16>,
    /// How long an announced data port is waited for.
    pub endpoint_ttl: Duration,
    /// Whether PORT and EPRT may name another address than the client's own.
    pub allow_foreign_address: bool,
    /// Whether the data connections of encrypted control connections are inferred.
    pub infer_encrypted: bool,
    /// Control connections that are followed at a time.
    pub max_sessions: u32,
    /// Data ports that are known at a time.
    pub max_endpoints: u32,
    /// Control segments per second and source that reach the agent.
    pub control_rate: u32,
}

impl Default for FtpSettings {
    fn default() -> Self {
        Self {
            control_ports: vec![CONTROL_PORT],
            endpoint_ttl: Duration::from_mins(1),
            allow_foreign_address: false,
            infer_encrypted: true,
            max_sessions: 65_536,
            max_endpoints: 65_536,
            control_rate: 2000,
        }
    }
}
