//! A segment of a control connection.

use crate::endpoint::Address;

/// Who sent a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Side {
    /// The FTP client.
    Client = 0,
    /// The FTP server.
    Server = 1,
}

impl Side {
    /// The side with this number; the excess over one bit is cut off.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        if number & 1 == 0 { Self::Client } else { Self::Server }
    }

    /// The one at the other end.
    #[inline(always)]
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// A control connection, by its addresses and ports.
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
    /// Zero: a key has no padding.
    pub reserved: u32,
}

/// What of a TCP segment (RFC 9293 §3.1) a control connection's tracking looks at.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Segment {
    /// Its connection.
    pub key: SessionKey,
    /// When it came, in nanoseconds.
    pub now: u64,
    /// Sequence number of its first byte of payload.
    pub sequence: u32,
    /// Acknowledgment number; means something with ACK alone.
    pub acknowledgment: u32,
    /// Bytes of payload, as its headers say.
    pub length: u32,
    /// Where the payload begins in the packet, from the frame's start.
    pub payload: u32,
    /// Number of its [`Side`].
    pub side: u8,
    /// Flags byte.
    pub flags: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

impl Segment {
    /// Who sent it.
    #[inline(always)]
    #[must_use]
    pub const fn side(&self) -> Side {
        Side::from_number(self.side)
    }

    /// Whether it has all of these flags.
    #[inline(always)]
    #[must_use]
    pub const fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// The number of the byte behind its payload.
    #[inline(always)]
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.sequence.wrapping_add(self.length)
    }
}
