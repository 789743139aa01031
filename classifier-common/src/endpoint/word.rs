// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packed state of an endpoint.

/// Mode of a data connection: the side of FTP that announced the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// The client, by PORT or EPRT: the server connects.
    Active = 0,
    /// The server, by 227 or 229: the client connects.
    Passive = 1,
}

/// Evidence that a packet is FTP data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Evidence {
    /// One of the ports is 20.
    #[default]
    Port20 = 0,
    /// The port was announced.
    Announced = 1,
    /// The hosts have an encrypted session, and the port fits.
    Inferred = 2,
}

impl Evidence {
    /// Returns the evidence with this number, of which only the lowest two bits count.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        match number & 3 {
            0 => Self::Port20,
            1 => Self::Announced,
            _ => Self::Inferred,
        }
    }

    /// All evidences, in the order of the counters.
    pub const ALL: [Self; 3] = [Self::Port20, Self::Announced, Self::Inferred];
}

/// Kind of an endpoint, constant during its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Side that announced the port.
    pub mode: Mode,
    /// Evidence of the endpoint.
    pub evidence: Evidence,
    /// True if the port was announced by EPSV or EPRT (or LPSV or LPRT), instead of PASV or PORT.
    pub extended: bool,
}

impl Kind {
    /// Returns the kind in four bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u8 {
        self.mode as u8 | (self.evidence as u8) << 1 | (self.extended as u8) << 3
    }

    /// Returns the kind with this number, of which only the lowest four bits count.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        let mode = if number & 1 == 0 { Mode::Active } else { Mode::Passive };
        let evidence = Evidence::from_number((number >> 1) as u64);
        Self { mode, evidence, extended: number & 8 != 0 }
    }
}

/// State of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EndpointState {
    /// No endpoint.
    Free = 0,
    /// The entry is being filled.
    Claimed = 1,
    /// Announced, without a connection.
    Announced = 2,
    /// The data connection was seen.
    Connected = 3,
    /// The data connection has ended; late packets still belong to it.
    Closed = 4,
    /// Announced by the client, and not yet confirmed or used by the server.
    Proposed = 5,
}

/// A side of a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DataSide {
    /// Host that announced the port.
    Listener = 1,
    /// Host that connects to the port.
    Initiator = 2,
}

/// Packed state of an endpoint: port, state and kind of the announcement, and its connection.
///
/// | bits | hold |
/// | --- | --- |
/// | 0–15 | announced port |
/// | 16–31 | port of the initiator, 0 before the first packet |
/// | 32–35 | [`EndpointState`] |
/// | 36–39 | [`Kind::number`] |
/// | 40–41 | [sides](DataSide) that have sent FIN |
/// | 42–63 | sequence number of the SYN, folded |
///
/// All zero is a free entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct PackedEndpoint(u64);

/// First bit of the state.
const STATE: u32 = 32;
/// First bit of the kind.
const KIND: u32 = 36;
/// First bit of the sides that have sent FIN.
const FINS: u32 = 40;
/// First bit of the folded sequence number.
const NUMBER: u32 = 42;

/// Bits of the connection: the initiator's port, the FINs, and the number.
const CONNECTION: u64 = 0xffff << 16 | u64::MAX << FINS;

/// Folds a sequence number into the remaining bits of the word. In one port's lifetime two numbers are equal
/// by chance once in four million times.
#[inline(always)]
const fn folded(number: u32) -> u64 {
    ((number ^ number >> 22) & (u32::MAX >> (NUMBER - 32))) as u64
}

impl From<PackedEndpoint> for u64 {
    #[inline(always)]
    fn from(word: PackedEndpoint) -> Self {
        word.0
    }
}

impl PackedEndpoint {
    /// A free entry.
    pub const FREE: Self = Self(0);

    /// An entry that is being filled.
    pub const CLAIMED: Self = Self((EndpointState::Claimed as u64) << STATE);

    /// Creates the state of an announced port.
    #[inline(always)]
    #[must_use]
    pub const fn announced(port: u16, kind: Kind) -> Self {
        Self(port as u64 | (EndpointState::Announced as u64) << STATE | (kind.number() as u64) << KIND)
    }

    /// Returns the word as it lies in memory.
    #[inline(always)]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Creates a state from the word in memory.
    #[inline(always)]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the announced port.
    #[inline(always)]
    #[must_use]
    pub const fn port(self) -> u16 {
        (self.0 & 0xffff) as u16
    }

    /// Returns the port of the initiator; 0 before its first packet.
    #[inline(always)]
    #[must_use]
    pub const fn peer_port(self) -> u16 {
        (self.0 >> 16 & 0xffff) as u16
    }

    /// Returns the state of the connection.
    #[inline(always)]
    #[must_use]
    pub const fn state(self) -> EndpointState {
        match self.0 >> STATE & 0xf {
            1 => EndpointState::Claimed,
            2 => EndpointState::Announced,
            3 => EndpointState::Connected,
            4 => EndpointState::Closed,
            5 => EndpointState::Proposed,
            _ => EndpointState::Free,
        }
    }

    /// Returns the kind.
    #[inline(always)]
    #[must_use]
    pub const fn kind(self) -> Kind {
        Kind::from_number((self.0 >> KIND & 0xf) as u8)
    }

    /// Returns whether the connection has ended, and late packets may follow.
    #[inline(always)]
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self.state(), EndpointState::Closed)
    }

    /// Returns whether the endpoint has, or had, a connection between these ports.
    #[inline(always)]
    #[must_use]
    pub const fn is_of(self, port: u16, peer_port: u16) -> bool {
        let ports = port as u64 | (peer_port as u64) << 16;
        let state = self.0 >> STATE & 0xf;
        peer_port != 0
            && self.0 & 0xffff_ffff == ports
            && (state == EndpointState::Connected as u64 || state == EndpointState::Closed as u64)
    }

    /// Returns a copy with a connection from this port and a SYN of this number.
    #[inline(always)]
    #[must_use]
    pub const fn connected(self, peer_port: u16, number: u32) -> Self {
        let connection = (peer_port as u64) << 16 | folded(number) << NUMBER;
        Self(self.0 & !CONNECTION | connection).in_state(EndpointState::Connected)
    }

    /// Returns whether the connection's SYN has this number.
    #[inline(always)]
    #[must_use]
    pub const fn has_number(self, number: u32) -> bool {
        self.0 >> NUMBER == folded(number)
    }

    /// Returns whether both sides have sent their FIN. Later packets belong to another connection.
    #[inline(always)]
    #[must_use]
    pub const fn is_finished(self) -> bool {
        self.0 >> FINS & 3 == 3
    }

    /// Returns a closed copy without the connection's port, because the ports now belong to another
    /// connection.
    #[inline(always)]
    #[must_use]
    pub const fn retired(self) -> Self {
        self.connected(0, 0).in_state(EndpointState::Closed)
    }

    /// Returns whether the endpoint is [`retired`](Self::retired).
    #[inline(always)]
    #[must_use]
    pub const fn is_retired(self) -> bool {
        self.peer_port() == 0 && matches!(self.state(), EndpointState::Closed)
    }

    /// Returns whether the connection was reset: its client may send the same SYN again.
    #[inline(always)]
    #[must_use]
    pub const fn is_reset(self) -> bool {
        self.is_closed() && !self.is_finished() && !self.is_retired()
    }

    /// Returns a copy after one side's FIN; it is closed after both.
    #[inline(always)]
    #[must_use]
    pub const fn finished(self, side: DataSide) -> Self {
        let finished = Self(self.0 | (side as u64) << FINS);
        if finished.is_finished() { finished.in_state(EndpointState::Closed) } else { finished }
    }

    /// Returns a copy in another state.
    #[inline(always)]
    #[must_use]
    pub const fn in_state(self, state: EndpointState) -> Self {
        Self((self.0 & !(0xf << STATE)) | (state as u64) << STATE)
    }
}

#[cfg(test)]
#[path = "word_tests.rs"]
mod tests;
