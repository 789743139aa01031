// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A segment of a control connection, and its sender.

use crate::{
    address::Address,
    table::{hash, recent},
};

/// A side of a control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ControlSide {
    /// The FTP client.
    Client = 0,
    /// The FTP server.
    Server = 1,
}

impl ControlSide {
    /// Returns the side with this number, of which only the lowest bit counts.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        if number & 1 == 0 { Self::Client } else { Self::Server }
    }

    /// Returns the other side.
    #[inline(always)]
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Key of a control connection: its addresses and ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct SessionKey {
    /// The client's address.
    pub client: Address,
    /// The server's address.
    pub server: Address,
    /// The client's port, in host order.
    pub client_port: u16,
    /// The server's port, in host order.
    pub server_port: u16,
    /// Reserved; zero, so that the key has no padding.
    pub reserved: u32,
}

impl recent::Key for SessionKey {
    #[inline(always)]
    fn hash(&self) -> u64 {
        let ports = u64::from(self.client_port) | u64::from(self.server_port) << 16;
        hash::ends(self.client, self.server, ports)
    }
}

/// Fields of a control connection's TCP segment (RFC 9293 §3.1).
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Segment {
    /// Key of the connection.
    pub key: SessionKey,
    /// Arrival time in nanoseconds.
    pub now: u64,
    /// Sequence number of the first byte of payload.
    pub sequence: u32,
    /// Acknowledgment number; valid only with ACK.
    pub acknowledgment: u32,
    /// Length of the payload by the headers.
    pub length: u32,
    /// Offset of the payload from the frame's start.
    pub payload: u32,
    /// Number of the sender's [`ControlSide`].
    pub side: u8,
    /// TCP flags.
    pub flags: u8,
    /// Reserved; zero.
    pub reserved: [u8; 6],
}

impl Segment {
    /// Returns the sender.
    #[inline(always)]
    #[must_use]
    pub const fn side(&self) -> ControlSide {
        ControlSide::from_number(self.side)
    }

    /// Returns whether all of these flags are set.
    #[inline(always)]
    #[must_use]
    pub const fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// Returns the number of the byte behind the payload.
    #[inline(always)]
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.sequence.wrapping_add(self.length)
    }
}
