// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The ends of a connection, and the hook that sees its packets.

use crate::{
    address::Address,
    control::{ControlSide, Segment, SessionKey},
    packet::Direction,
    session::Spoken,
    track::Ends,
};

/// The ends of a connection. The interface is not part of them, because the answer may cross another one (of
/// a bond, or by another route).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub struct FlowKey {
    /// Address of the client, which sent the SYN.
    pub client: Address,
    /// Address of the server.
    pub server: Address,
    /// Port of the client, in host order.
    pub client_port: u16,
    /// Port of the server, in host order.
    pub server_port: u16,
    /// Reserved; zero.
    pub reserved: u32,
}

impl FlowKey {
    /// Returns the ends of a connection whose client has sent a packet between these ends.
    #[inline(always)]
    #[must_use]
    pub const fn sent(
        source: Address,
        destination: Address,
        source_port: u16,
        destination_port: u16,
    ) -> Self {
        Self {
            client: source,
            server: destination,
            client_port: source_port,
            server_port: destination_port,
            reserved: 0,
        }
    }

    /// Returns the ends with client and server exchanged.
    #[inline(always)]
    #[must_use]
    pub const fn reversed(&self) -> Self {
        Self::sent(self.server, self.client, self.server_port, self.client_port)
    }
}

/// A segment with payload, and its connection.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Speech {
    /// The connection.
    pub key: FlowKey,
    /// The segment.
    pub spoken: Spoken,
}

impl Speech {
    /// Creates the segment that a packet is, in the connection whose client is its sender or its receiver.
    #[inline(always)]
    #[must_use]
    pub fn of(ends: &Ends, of_client: bool) -> Self {
        let sent = FlowKey::sent(ends.source, ends.destination, ends.source_port, ends.destination_port);
        let Ends { sequence, acknowledgment, length, flags, .. } = *ends;
        let spoken =
            Spoken { sequence, acknowledgment, length, flags, of_client: of_client.into(), reserved: [0; 2] };
        Self { key: if of_client { sent } else { sent.reversed() }, spoken }
    }
}

impl From<&Segment> for Speech {
    /// Converts a control connection's segment.
    #[inline(always)]
    fn from(segment: &Segment) -> Self {
        let SessionKey { client, server, client_port, server_port, .. } = segment.key;
        let Segment { sequence, acknowledgment, length, flags, side, .. } = *segment;
        let of_client = u8::from(side == ControlSide::Client as u8);
        Self {
            key: FlowKey { client, server, client_port, server_port, reserved: 0 },
            spoken: Spoken { sequence, acknowledgment, length, flags, of_client, reserved: [0; 2] },
        }
    }
}

/// Vantage point of a packet.
#[derive(Clone, Copy, Debug)]
pub struct HookPoint {
    /// Index of the interface.
    pub interface: u32,
    /// Direction of connections whose client's packets are seen here.
    pub forward: Direction,
    /// Direction of connections whose server's packets are seen here.
    pub backward: Direction,
}

impl HookPoint {
    /// Creates one of an interface's two hooks. The answer to a packet at one hook crosses the other.
    #[inline(always)]
    #[must_use]
    pub const fn hook(interface: u32, direction: Direction) -> Self {
        let backward = match direction {
            Direction::Ingress => Direction::Egress,
            Direction::Egress => Direction::Ingress,
        };
        Self { interface, forward: direction, backward }
    }

    /// Creates a wire that shows both directions at one point, as captures do.
    #[must_use]
    pub const fn wire(interface: u32) -> Self {
        Self { interface, forward: Direction::Ingress, backward: Direction::Ingress }
    }
}
