// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ports that are assigned to protocols, by default and by the configuration.

use crate::{
    ports::{PortEntry, Transport},
    protocol::Protocol,
};

/// A port that is assigned to a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignedPort {
    /// Transport protocol.
    pub transport: Transport,
    /// Number of the port, in host order.
    pub port: u16,
    /// Protocol that the port belongs to.
    pub protocol: Protocol,
    /// Protocol that sessions of the port speak, one of [`SPOKEN`]; `None` if they are not followed.
    pub speaks: Option<Protocol>,
}

impl AssignedPort {
    /// Assigns a port to a protocol. Sessions are followed if the protocol's are.
    #[must_use]
    pub const fn new(transport: Transport, port: u16, protocol: Protocol) -> Self {
        let speaks =
            if matches!(transport, Transport::Tcp) && protocol.has_session() { Some(protocol) } else { None };
        Self { transport, port, protocol, speaks }
    }

    /// Returns the port with the protocol that its sessions speak.
    #[must_use]
    pub const fn speaking(self, speaks: Option<Protocol>) -> Self {
        Self { speaks, ..self }
    }

    /// Returns the entry of the port.
    #[must_use]
    pub const fn entry(&self) -> PortEntry {
        let entry = PortEntry::of(self.protocol, self.transport);
        if let Some(spoken) = self.speaks { entry.speaking(spoken) } else { entry }
    }
}

/// Ports with a default class.
pub const DEFAULT_TCP: [(u16, Protocol); 5] = [
    (20, Protocol::FTP_DATA_ACTIVE),
    (21, Protocol::FTP_CONTROL),
    (25, Protocol::SMTP),
    (110, Protocol::POP3),
    (143, Protocol::IMAP),
];
