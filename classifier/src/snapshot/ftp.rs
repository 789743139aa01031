// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP in a snapshot: numbers of the tracking, and single sessions and data ports.

use std::{
    cmp::Reverse,
    fmt::{Display, Formatter},
    net::{IpAddr, SocketAddr},
};

use classifier_common::{
    address::Address,
    control::{Session, SessionKey, TALLIES, Tallies, Tally},
    endpoint::Endpoint,
};
use serde::{Deserialize, Serialize};

use super::age::Age;

/// Numbers of the FTP tracking.
#[derive(Clone, Debug)]
pub struct FtpSnapshot {
    /// Tallies of the programs and of the agent, summed.
    pub tallies: Tallies,
    /// Endpoints by mode (active, passive) and state (announced, connected).
    pub endpoints: [[u64; 2]; 2],
    /// Capacity of the endpoint table.
    pub capacity: u64,
    /// Capacity of the session map.
    pub sessions: u64,
}

impl Default for FtpSnapshot {
    fn default() -> Self {
        Self { tallies: [0; TALLIES], endpoints: [[0; 2]; 2], capacity: 0, sessions: 0 }
    }
}

impl FtpSnapshot {
    /// Counts the sessions in the map, including those that have ended and are still kept.
    #[must_use]
    pub fn session_entries(&self) -> u64 {
        let of = |tally: Tally| self.tallies[tally as usize];
        of(Tally::SessionsOpened)
            .saturating_sub(of(Tally::SessionsReplaced))
            .saturating_sub(of(Tally::SessionsForgotten))
    }
}

/// Live FTP sessions and data ports, as many as were asked for.
#[derive(Clone, Debug, Default)]
pub struct FtpNow {
    /// Control connections, the most recently active first.
    pub sessions: Vec<SessionReport>,
    /// Announced data ports, the youngest first.
    pub endpoints: Vec<EndpointReport>,
}

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPort {
    /// Address of the host.
    pub address: IpAddr,
    /// Port of the host.
    pub port: u16,
}

impl HostPort {
    fn new(address: Address, port: u16) -> Self {
        Self { address: address.into(), port }
    }
}

impl Display for HostPort {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        SocketAddr::new(self.address, self.port).fmt(f)
    }
}

/// The host that may connect to a data port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initiator {
    /// Address of the host.
    pub address: IpAddr,
    /// Source port of its connection; `null` before the connection.
    pub port: Option<u16>,
}

impl Display for Initiator {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self.port {
            Some(port) => HostPort { address: self.address, port }.fmt(f),
            None => self.address.fmt(f),
        }
    }
}

/// A control connection that is tracked now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionReport {
    /// The FTP client.
    pub client: HostPort,
    /// The FTP server.
    pub server: HostPort,
    /// `clear` or `encrypted`.
    pub control: &'static str,
    /// Time since its tracking began.
    pub age_seconds: Age,
    /// Time since its last segment.
    pub idle_seconds: Age,
}

impl SessionReport {
    /// Describes a session at this moment of the kernel's clock.
    #[must_use]
    pub fn of(key: &SessionKey, session: &Session, now: u64) -> Self {
        Self {
            client: HostPort::new(key.client, key.client_port),
            server: HostPort::new(key.server, key.server_port),
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
    /// `proposed` (the server has not confirmed it yet), `announced`, `connected` or `closed` (kept for late
    /// packets).
    pub state: &'static str,
    /// The host that announced the port: the client in active mode, the server in passive mode.
    pub owner: HostPort,
    /// The host that may connect to it.
    pub peer: Initiator,
    /// `announced`, `port20` or `inferred`.
    pub evidence: &'static str,
    /// `pasv`, `epsv`, `port`, `eprt`, or `inferred` where TLS hides it.
    pub command: &'static str,
    /// Time since the last change of its state.
    pub age_seconds: Age,
}

impl EndpointReport {
    /// Describes the `most` youngest endpoints, the youngest first, at this moment of the kernel's clock.
    #[must_use]
    pub fn youngest(endpoints: impl Iterator<Item = Endpoint>, most: usize, now: u64) -> Vec<Self> {
        let mut endpoints: Vec<_> = endpoints.collect();
        endpoints.sort_unstable_by_key(|endpoint| Reverse(endpoint.since));
        endpoints.iter().take(most).map(|endpoint| Self::of(endpoint, now)).collect()
    }

    /// Describes an endpoint at this moment of the kernel's clock.
    #[must_use]
    pub fn of(endpoint: &Endpoint, now: u64) -> Self {
        let (word, kind) = (endpoint.word, endpoint.word.kind());
        let port = word.peer_port();
        Self {
            mode: kind.mode.label(),
            state: word.state().label(),
            owner: HostPort::new(endpoint.address, word.port()),
            peer: Initiator { address: endpoint.peer.into(), port: (port != 0).then_some(port) },
            evidence: kind.evidence.label(),
            command: kind.command(),
            age_seconds: Age::of(endpoint.since, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_youngest_are_shown_wherever_they_are_in_the_table() {
        const SECOND: u64 = 1_000_000_000;
        let since = (0..100).map(|number| number * 37 % 100 * SECOND);
        let endpoints = since.map(|since| Endpoint { since, ..Endpoint::default() });
        let shown = EndpointReport::youngest(endpoints, 3, 100 * SECOND);
        let ages: Vec<_> = shown.iter().map(|shown| shown.age_seconds.to_string()).collect();
        assert_eq!(ages, ["1.0s", "2.0s", "3.0s"]);
    }
}
