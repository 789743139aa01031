// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Properties of a packet that a policy evaluates beside its source, in one register.

use crate::{outcome::Outcome, packet::Direction, protocol::Class, wire::tcp::flag};

/// Value of `state` in a rule, for whole TCP packets and first fragments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// No TCP header was read, or it has no flag, which conntrack calls invalid.
    None = 0,
    /// SYN without ACK.
    New = 1,
    /// Any other flags.
    Established = 2,
}

impl State {
    /// Number of states, rounded up to a power of two, because the verifier does not follow other remainders.
    pub(super) const ROOM: usize = 4;

    /// Returns the state of a TCP flags byte, which is 0 for other packets.
    #[inline(always)]
    #[must_use]
    pub const fn of(tcp_flags: u8) -> Self {
        if tcp_flags == 0 {
            Self::None
        } else if tcp_flags & (flag::SYN | flag::ACK) == flag::SYN {
            Self::New
        } else {
            Self::Established
        }
    }
}

/// Class, state and direction of a packet: bits 0–6, 7–8 and 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts(u32);

const STATE: u32 = 7;
const DIRECTION: u32 = 9;

impl Facts {
    /// Creates the facts of a classified packet.
    #[inline(always)]
    #[must_use]
    pub const fn new(outcome: &Outcome, direction: Direction) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a class is below 128")]
        let class = outcome.class.index() as u32;
        Self(class | (State::of(outcome.tcp_flags) as u32) << STATE | (direction as u32) << DIRECTION)
    }

    /// Returns the number.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Creates facts from their number.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// Returns protocol and role.
    #[inline(always)]
    #[must_use]
    pub const fn class(self) -> Class {
        Class::from_index(self.0)
    }

    /// Returns the number of the state.
    #[inline(always)]
    #[must_use]
    pub const fn state(self) -> usize {
        (self.0 >> STATE) as usize % State::ROOM
    }

    /// Returns the direction.
    #[inline(always)]
    #[must_use]
    pub const fn direction(self) -> Direction {
        Direction::from_raw(self.0 >> DIRECTION & 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Protocol;

    #[test]
    fn facts_survive_in_their_number() {
        for (flags, state) in [
            (0, State::None),
            (flag::SYN, State::New),
            (flag::SYN | 0xc0, State::New),
            (flag::SYN | flag::ACK, State::Established),
            (flag::RST, State::Established),
            (flag::FIN, State::Established),
        ] {
            for class in [Protocol::TCP_OTHER.to_server(), Protocol::configured(31).unwrap().from_server()] {
                for direction in Direction::ALL {
                    let facts = Facts::new(&Outcome { tcp_flags: flags, ..Outcome::of(class) }, direction);
                    let facts = Facts::from_number(facts.number());
                    assert_eq!(
                        (facts.class(), facts.state(), facts.direction()),
                        (class, state as usize, direction)
                    );
                }
            }
        }
    }
}
