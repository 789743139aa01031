// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Services of which no protocol has the port.

use serde::Serialize;

use super::{Connections, Opened, Span, Transport};

/// Connections to ports that no protocol has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OtherServices {
    /// The ports with most connections.
    pub listed: Vec<OtherService>,
    /// Upper bounds of the connections to a port that is not listed.
    pub unlisted: Connections,
}

impl OtherServices {
    /// Returns the connections to a port.
    #[must_use]
    pub fn on(&self, direction: Opened, transport: Transport, port: u16) -> Option<&OtherService> {
        self.listed.iter().find(|one| one.key() == (direction, transport, port))
    }

    /// Iterates over the services with an established connection.
    pub fn established(&self, direction: Opened) -> impl Iterator<Item = &OtherService> {
        self.listed.iter().filter(move |one| one.direction == direction && one.is_established())
    }
}

/// The connections to a port that no protocol has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherService {
    /// Direction in which the connections were opened.
    pub direction: Opened,
    /// Transport of the port.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// Name of the port at IANA, if it is well known.
    pub name: Option<String>,
    /// Upper bounds of the connections.
    pub connections: Connections,
    /// Overcounts of these bounds.
    pub overcounts: Connections,
    /// Time span of the connections.
    pub seen: Span,
}

impl OtherService {
    /// Returns the key that identifies the service, and by which services are sorted.
    #[must_use]
    pub const fn key(&self) -> (Opened, Transport, u16) {
        (self.direction, self.transport, self.port)
    }

    /// Tells whether at least one connection was established.
    #[must_use]
    pub const fn is_established(&self) -> bool {
        self.connections.established > self.overcounts.established
    }
}
