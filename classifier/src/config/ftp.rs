// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Settings of the FTP tracking.

use std::time::Duration;

/// Default port of FTP's control connection (RFC 959 §5.2).
pub(super) const CONTROL_PORT: u16 = 21;

/// Settings and capacities of the FTP tracking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FtpSettings {
    /// TCP ports of FTP servers, in the configuration's order. Empty only if `[[port]]` assigns port 21 to
    /// another protocol and no others are listed.
    pub control_ports: Vec<u16>,
    /// Lifetime of an announced data port; the default is that of an expectation of `nf_conntrack_ftp`.
    pub endpoint_ttl: Duration,
    /// True if PORT and EPRT may name another address than the client's.
    pub allow_foreign_address: bool,
    /// True if the data connections of encrypted control connections are inferred.
    pub infer_encrypted: bool,
    /// Most control connections that are followed at a time.
    pub max_sessions: u32,
    /// Most data ports that are known at a time.
    pub max_endpoints: u32,
    /// Most control segments per second and source that are forwarded to the agent.
    pub control_rate: u32,
}

impl Default for FtpSettings {
    fn default() -> Self {
        Self {
            control_ports: vec![CONTROL_PORT],
            endpoint_ttl: Duration::from_mins(5),
            allow_foreign_address: false,
            infer_encrypted: true,
            max_sessions: 65_536,
            max_endpoints: 65_536,
            control_rate: 2000,
        }
    }
}
