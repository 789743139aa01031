//! Control connections and data endpoints, as they are reported.

use std::{
    fmt::{Display, Formatter},
    net::{IpAddr, SocketAddr},
};

use classifier_common::{
    control::{Session, SessionKey},
    endpoint::{Address, Endpoint},
};
use serde::Serialize;

use super::age::Age;

/// A port of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Its address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl Host {
    fn new(address: Address, port: u16) -> Self {
        Self { address: address.into(), port }
    }
}

impl Display for Host {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        SocketAddr::new(self.address, self.port).fmt(f)
    }
}

/// The host that may dial an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Dialler {
    /// Its address.
    pub address: IpAddr,
    /// The port that it dialled from; `null` before.
    pub port: Option<u16>,
}

impl Display for Dialler {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self.port {
            Some(port) => Host { address: self.address, port }.fmt(f),
            None => self.address.fmt(f),
        }
    }
}

/// A control connection that is followed now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionReport {
    /// The FTP client.
    pub client: Host,
    /// The FTP server.
    pub server: Host,
    /// `clear` or `encrypted`.
    pub control: &'static str,
    /// Since it began to be followed.
    pub age_seconds: Age,
    /// Since its last segment.
    pub idle_seconds: Age,
}

impl SessionReport {
    /// As of this moment of the kernel's clock.
    #[must_use]
    pub fn of(key: &SessionKey, session: &Session, now: u64) -> Self {
        Self {
            client: Host::new(key.client, key.client_port),
            server: Host::new(key.server, key.server_port),
            control: session.control(),
            age_seconds: Age::of(session.since, now),
            idle_seconds: Age::of(session.last, now),
        }
    }
}

/// An announced data port.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointReport {
    /// `active` or `passive`.
    pub mode: &'static str,
    /// `proposed` (the server has still to confirm it), `announced`, `connected` or `closed` (kept for
    /// stragglers).
    pub state: &'static str,
    /// The host that announced the port: the client in active mode, the server in passive mode.
    pub owner: Host,
    /// The host that may dial it.
    pub peer: Dialler,
    /// `announced`, `port20` or `inferred`.
    pub evidence: &'static str,
    /// `pasv`, `epsv`, `port`, `eprt`, or `inferred` where TLS hides it.
    pub command: &'static str,
    /// In this state.
    pub age_seconds: Age,
}

impl EndpointReport {
    /// As of this moment of the kernel's clock.
    #[must_use]
    pub fn of(endpoint: &Endpoint, now: u64) -> Self {
        let (word, kind) = (endpoint.word, endpoint.word.kind());
        let port = word.peer_port();
        Self {
            mode: kind.mode.label(),
            state: word.state().label(),
            owner: Host::new(endpoint.address, word.port()),
            peer: Dialler { address: endpoint.peer.into(), port: (port != 0).then_some(port) },
            evidence: kind.evidence.label(),
            command: kind.command(),
            age_seconds: Age::of(endpoint.since, now),
        }
    }
}
