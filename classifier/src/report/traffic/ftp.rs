//! What the tracking of FTP says.

use serde::Serialize;

/// What of FTP stands in no connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FtpSeen {
    /// PORT and EPRT that named another host than the client: what a bounce attack sends (RFC 2577 §3).
    pub bounce_attempts: u64,
    /// 227 replies that named another host than the server.
    pub address_mismatches: u64,
    /// Control connections that went over to TLS.
    pub encrypted_sessions: u64,
    /// Data packets of connections that no control connection had announced, beside an encrypted one.
    pub inferred_packets: u64,
    /// Data packets of port 20 that no control connection had announced.
    pub port20_packets: u64,
}
