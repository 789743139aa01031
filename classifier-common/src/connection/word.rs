//! The one word that a connection's life is in.

use crate::{abi::Direction, protocol::Protocol};

/// Where a place of the table stands. What gives way to another first has the smaller number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// No connection.
    Free = 0,
    /// All that is to be known of it is counted; it lingers.
    Finished = 1,
    /// A SYN was seen, and no outcome.
    Pending = 2,
    /// Established and listened to: the client has said nothing yet,
    Quiet = 3,
    /// or what decides nothing,
    Talking = 4,
    /// or has asked for TLS.
    Asked = 5,
    /// Being filled in.
    Claimed = 6,
}

/// Bits 0–31 number of the SYN, 32–39 state, 40–45 protocol, 46 set where the SYN was sent, 48–63 a part of the hash of
/// its ends. All zero is a free place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Word(u64);

/// Direction and hash.
const WHOSE: u64 = 0xffff_4000 << 32;

impl Word {
    /// A free place.
    pub const FREE: Self = Self(0);

    /// A connection of which a SYN with this number was seen; `hash` is that of its ends.
    #[inline(always)]
    #[must_use]
    pub const fn pending(number: u32, protocol: Protocol, direction: Direction, hash: u64) -> Self {
        let whose = (direction as u64) << 46 | (hash & 0xffff) << 48;
        Self(number as u64 | (State::Pending as u64) << 32 | (protocol.index() as u64) << 40 | whose)
    }

    /// The word as it lies in memory.
    #[inline(always)]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Number of its SYN.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }

    /// Where it stands.
    #[inline(always)]
    #[must_use]
    pub const fn state(self) -> State {
        match self.0 >> 32 & 0xff {
            1 => State::Finished,
            2 => State::Pending,
            3 => State::Quiet,
            4 => State::Talking,
            5 => State::Asked,
            6 => State::Claimed,
            _ => State::Free,
        }
    }

    /// What gives way to another first has the least: a free place, then the finished, the pending and the heard, of each
    /// the one that was silent for longest (`age`); what is being filled in last.
    #[inline(always)]
    #[must_use]
    pub(super) const fn rank(self, age: u32) -> u64 {
        self.0 & 0xff << 32 | (u32::MAX - age) as u64
    }

    /// Its protocol.
    #[inline(always)]
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        Protocol::from_index((self.0 >> 40) as usize)
    }

    /// Which way its SYN went.
    #[inline(always)]
    #[must_use]
    pub const fn direction(self) -> Direction {
        Direction::from_raw((self.0 >> 46 & 1) as u32)
    }

    /// Whether it may have the ends and direction of another: no free place is like any.
    #[inline(always)]
    #[must_use]
    pub const fn is_like(self, other: Self) -> bool {
        (self.0 ^ other.0) & WHOSE == 0 && self.0 != 0
    }

    /// Whether no outcome is known.
    #[inline(always)]
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self.state(), State::Pending)
    }

    /// Whether its session is listened to.
    #[inline(always)]
    #[must_use]
    pub const fn is_heard(self) -> bool {
        matches!(self.state(), State::Quiet | State::Talking | State::Asked)
    }

    /// The same in another state.
    #[inline(always)]
    #[must_use]
    pub const fn in_state(self, state: State) -> Self {
        Self(self.0 & !(0xff << 32) | (state as u64) << 32)
    }
}
