//! Whose connection it is, and where it is looked at from.

use crate::{abi::Direction, endpoint::Address};

/// The ends of a connection, at one interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub struct Attempt {
    /// Who sent the SYN.
    pub client: Address,
    /// To whom.
    pub server: Address,
    /// From which port, in host order.
    pub client_port: u16,
    /// To which.
    pub server_port: u16,
    /// Index of the interface.
    pub interface: u32,
}

impl Attempt {
    /// The same with the ends the other way round.
    #[inline(always)]
    #[must_use]
    pub const fn reversed(&self) -> Self {
        Self {
            client: self.server,
            server: self.client,
            client_port: self.server_port,
            server_port: self.client_port,
            interface: self.interface,
        }
    }
}

/// Where a packet is seen.
#[derive(Clone, Copy, Debug)]
pub struct Vantage {
    /// Index of the interface.
    pub interface: u32,
    /// Direction of the connections that a SYN seen here begins.
    pub dials: Direction,
    /// Direction of the connections that a packet seen here answers.
    pub answers: Direction,
}

impl Vantage {
    /// One of an interface's two hooks: what is answered here was dialled at the other.
    #[inline(always)]
    #[must_use]
    pub const fn hook(interface: u32, direction: Direction) -> Self {
        let answers = match direction {
            Direction::Ingress => Direction::Egress,
            Direction::Egress => Direction::Ingress,
        };
        Self { interface, dials: direction, answers }
    }

    /// A wire that shows both ways as one, as captures do.
    #[must_use]
    pub const fn wire(interface: u32) -> Self {
        Self { interface, dials: Direction::Ingress, answers: Direction::Ingress }
    }
}
