//! The one word that an endpoint's life is in.

/// Which side of FTP announced the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// The client, by PORT or EPRT: the server dials.
    Active = 0,
    /// The server, by 227 or 229: the client dials.
    Passive = 1,
}

/// Why a packet is taken for FTP data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Evidence {
    /// Its port is 20.
    #[default]
    Port20 = 0,
    /// Its port was announced.
    Announced = 1,
    /// Its hosts have an encrypted session, and its port fits.
    Inferred = 2,
}

impl Evidence {
    /// The evidence with this number; the excess over two bits is cut off.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        match number & 3 {
            0 => Self::Port20,
            1 => Self::Announced,
            _ => Self::Inferred,
        }
    }

    /// Every evidence, in the order of the counters.
    pub const ALL: [Self; 3] = [Self::Port20, Self::Announced, Self::Inferred];
}

/// What an endpoint is of, for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Who announced it.
    pub mode: Mode,
    /// How it was learned.
    pub evidence: Evidence,
    /// By EPSV or EPRT (or LPSV or LPRT), not by PASV or PORT.
    pub extended: bool,
}

impl Kind {
    /// The kind in four bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u8 {
        self.mode as u8 | (self.evidence as u8) << 1 | (self.extended as u8) << 3
    }

    /// The kind with this number; the excess over four bits is cut off.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        let mode = if number & 1 == 0 { Mode::Active } else { Mode::Passive };
        let evidence = Evidence::from_number((number >> 1) as u64);
        Self { mode, evidence, extended: number & 8 != 0 }
    }
}

/// Where an endpoint stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum State {
    /// No endpoint.
    Free = 0,
    /// Being filled in.
    Claimed = 1,
    /// Announced, not yet dialled.
    Announced = 2,
    /// Its data connection is there.
    Connected = 3,
    /// Its data connection has ended; stragglers still belong to it.
    Closed = 4,
    /// Announced by the client; the server has neither confirmed nor dialled it.
    Proposed = 5,
}

/// A side of a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Side {
    /// The host that announced the port.
    Owner = 1,
    /// The host that dials it.
    Peer = 2,
}

/// Bits 0–15 the announced port, 16–31 the port that dialled it, 32–39 state, 40–47 kind, 48–55 sides that
/// have sent FIN. All zero is a free place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Word(u64);

impl Word {
    /// A free place.
    pub const FREE: Self = Self(0);

    /// A place that is being filled in.
    pub const CLAIMED: Self = Self((State::Claimed as u64) << 32);

    /// An announced port.
    #[inline(always)]
    #[must_use]
    pub const fn announced(port: u16, kind: Kind) -> Self {
        Self(port as u64 | (State::Announced as u64) << 32 | (kind.number() as u64) << 40)
    }

    /// The word as it lies in memory.
    #[inline(always)]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The word that lies in memory.
    #[inline(always)]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The announced port.
    #[inline(always)]
    #[must_use]
    pub const fn port(self) -> u16 {
        (self.0 & 0xffff) as u16
    }

    /// The port that dialled it; 0 before.
    #[inline(always)]
    #[must_use]
    pub const fn peer_port(self) -> u16 {
        (self.0 >> 16 & 0xffff) as u16
    }

    /// Where it stands.
    #[inline(always)]
    #[must_use]
    pub const fn state(self) -> State {
        match self.0 >> 32 & 0xff {
            1 => State::Claimed,
            2 => State::Announced,
            3 => State::Connected,
            4 => State::Closed,
            5 => State::Proposed,
            _ => State::Free,
        }
    }

    /// What it is of.
    #[inline(always)]
    #[must_use]
    pub const fn kind(self) -> Kind {
        Kind::from_number((self.0 >> 40 & 0xff) as u8)
    }

    /// Whether it has, or had, a connection between these ports.
    #[inline(always)]
    #[must_use]
    pub const fn is_of(self, port: u16, peer_port: u16) -> bool {
        let ports = port as u64 | (peer_port as u64) << 16;
        let state = self.0 >> 32 & 0xff;
        peer_port != 0
            && self.0 & 0xffff_ffff == ports
            && (state == State::Connected as u64 || state == State::Closed as u64)
    }

    /// Dialled from a port.
    #[inline(always)]
    #[must_use]
    pub const fn dialled(self, peer_port: u16) -> Self {
        Self((self.0 & !(0xff_ffff_0000)) | (peer_port as u64) << 16).in_state(State::Connected)
    }

    /// Closed, and the ports that its connection had are another's: none has port 0.
    #[inline(always)]
    #[must_use]
    pub const fn retired(self) -> Self {
        self.dialled(0).in_state(State::Closed)
    }

    /// Whether it is [`retired`](Self::retired).
    #[inline(always)]
    #[must_use]
    pub const fn is_retired(self) -> bool {
        self.peer_port() == 0 && matches!(self.state(), State::Closed)
    }

    /// One side has sent its FIN; with both, it is closed.
    #[inline(always)]
    #[must_use]
    pub const fn finished(self, side: Side) -> Self {
        let finished = Self(self.0 | (side as u64) << 48);
        if finished.0 >> 48 & 3 == 3 { finished.in_state(State::Closed) } else { finished }
    }

    /// The same in another state.
    #[inline(always)]
    #[must_use]
    pub const fn in_state(self, state: State) -> Self {
        Self((self.0 & !(0xff << 32)) | (state as u64) << 32)
    }
}
