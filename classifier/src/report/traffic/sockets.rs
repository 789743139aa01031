// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sockets of the observed host, with the protocols of their ports.

use std::net::IpAddr;

use serde::Serialize;

use super::Transport;
use crate::{
    datapath::KnownPort,
    protocol_names::ProtocolNames,
    sockets::{self, Connected, Listener, Process, Sockets, is_remote_login, is_remote_login_port},
};

/// Sockets of the observed host, or the reason why they are not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SocketsSeen {
    /// The sockets at the time of the report.
    Known(OfSockets),
    /// The reason.
    Unknown(&'static str),
}

/// Sockets of the observed host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfSockets {
    /// Ports on which processes wait for other hosts.
    pub listening: Vec<Listening>,
    /// Connections of other hosts with remote logins.
    pub logins: Vec<LoginInUse>,
    /// True if the processes of all sockets could be looked for.
    pub sees_processes: bool,
}

/// A port on which processes wait for other hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listening {
    /// Transport of the port.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// Local addresses; `::` accepts IPv4 too.
    pub addresses: Vec<IpAddr>,
    /// Processes that hold the sockets.
    pub processes: Vec<Process>,
    /// Protocol of the port; `None` if its connections are not counted by port.
    pub protocol: Option<String>,
    /// True if a person may log in by this port.
    pub is_remote_login: bool,
}

/// A connection of another host with a remote login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoginInUse {
    /// Local TCP port.
    pub port: u16,
    /// Address of the other host.
    pub peer: IpAddr,
    /// Processes that hold the socket.
    pub processes: Vec<Process>,
}

impl Default for SocketsSeen {
    fn default() -> Self {
        Self::Unknown("the sockets were not read")
    }
}

impl SocketsSeen {
    /// Reads the sockets of this network namespace, which must be the agent's.
    #[must_use]
    pub fn read(agent: Option<u64>, ports: &[KnownPort], names: &ProtocolNames) -> Self {
        match agent {
            None => return Self::Unknown("the agent has not recorded its network namespace"),
            Some(_) if agent != sockets::network_namespace() => {
                return Self::Unknown("the agent observed another network namespace than this one");
            }
            Some(_) => {}
        }
        Sockets::read().map_or(Self::Unknown("/proc cannot be read"), |sockets| {
            Self::Known(OfSockets::of(sockets, ports, names))
        })
    }

    /// Returns the sockets, if they are known.
    #[must_use]
    pub const fn known(&self) -> Option<&OfSockets> {
        match self {
            Self::Known(sockets) => Some(sockets),
            Self::Unknown(_) => None,
        }
    }

    /// Returns the sockets on a port.
    #[must_use]
    pub fn on(&self, transport: Transport, port: u16) -> Option<&Listening> {
        let listening = &self.known()?.listening;
        listening.iter().find(|one| (one.transport, one.port) == (transport, port))
    }
}

impl OfSockets {
    fn of(sockets: Sockets, ports: &[KnownPort], names: &ProtocolNames) -> Self {
        let protocol = |listener: &Listener| {
            let is_its =
                |known: &&KnownPort| (known.transport, known.port) == (listener.transport, listener.port);
            let known = ports.iter().find(is_its)?;
            known.protocol.has_server().then(|| names.label(known.protocol).to_owned())
        };
        let listening = sockets.listening.into_iter().map(|listener| Listening {
            transport: Transport(listener.transport),
            port: listener.port,
            protocol: protocol(&listener),
            is_remote_login: is_remote_login_port(listener.transport, listener.port)
                || listener.processes.iter().any(is_remote_login),
            addresses: listener.addresses,
            processes: listener.processes,
        });
        let listening: Vec<_> = listening.collect();
        let is_login = |connected: &Connected| {
            let on_login = |one: &Listening| {
                (one.transport, one.port, one.is_remote_login) == (Transport::TCP, connected.port, true)
            };
            is_remote_login_port(Transport::TCP.0, connected.port)
                || connected.processes.iter().any(is_remote_login)
                || listening.iter().any(on_login)
        };
        let logins = sockets.connected.into_iter().filter(is_login);
        let logins =
            logins.map(|Connected { port, peer, processes }| LoginInUse { port, peer, processes }).collect();
        Self { listening, logins, sees_processes: sockets.sees_processes }
    }
}

/// Names the processes of a socket, each once.
#[must_use]
pub fn names(processes: &[Process]) -> String {
    let mut names: Vec<_> = processes.iter().map(|process| process.name.as_str()).collect();
    names.dedup();
    names.join(", ")
}
