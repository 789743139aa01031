// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! TCP (RFC 9293 §3.1).

use crate::{packet::Packet, stop::Stop, view::HeaderBytes};

/// Length of the header without options.
pub const HEADER: usize = 20;

/// Minimum length of the header in words of four bytes.
pub const WORDS: u8 = 5;

/// Length of the two ports, with which the header begins, like UDP's.
pub const PORTS: usize = 4;

/// Minimum bytes of the header in an ICMP error's quote (RFC 792): ports and sequence number.
pub const QUOTED: usize = 8;

/// Bits of the flags byte.
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Push received data to the application.
    pub const PSH: u8 = 0x08;
    /// The acknowledgment field is valid.
    pub const ACK: u8 = 0x10;
}

/// Fields of a TCP header.
#[derive(Clone, Copy)]
pub struct TcpHeader<H>(pub H);

impl<H: HeaderBytes> TcpHeader<H> {
    /// Returns the source port in network order.
    #[inline(always)]
    pub fn source_on_wire(self) -> u16 {
        self.0.two::<0>()
    }

    /// Returns the destination port in network order.
    #[inline(always)]
    pub fn destination_on_wire(self) -> u16 {
        self.0.two::<2>()
    }

    /// Returns both ports in network order, in one word.
    #[inline(always)]
    pub fn ports_on_wire(self) -> u32 {
        self.0.four::<0>()
    }

    /// Returns the source port.
    #[inline(always)]
    pub fn source(self) -> u16 {
        self.0.be16::<0>()
    }

    /// Returns the destination port.
    #[inline(always)]
    pub fn destination(self) -> u16 {
        self.0.be16::<2>()
    }

    /// Returns the sequence number.
    #[inline(always)]
    pub fn sequence(self) -> u32 {
        self.0.be32::<4>()
    }

    /// Returns the acknowledgment number.
    #[inline(always)]
    pub fn acknowledgment(self) -> u32 {
        self.0.be32::<8>()
    }

    /// Returns sequence and acknowledgment number in network order, in one word.
    #[inline(always)]
    pub fn numbers_on_wire(self) -> u64 {
        self.0.eight::<4>()
    }

    /// Returns the header's length in words of four bytes, options included; fewer than [`WORDS`] are
    /// invalid.
    #[inline(always)]
    pub fn words(self) -> u8 {
        self.0.byte::<12>() >> 4
    }

    /// Returns the flags.
    #[inline(always)]
    pub fn flags(self) -> u8 {
        self.0.byte::<13>()
    }
}

/// Reads the header at `offset`, which must end before `end`.
///
/// # Errors
///
/// The header is cut, or its length field is below the fixed length.
#[inline(always)]
pub fn read<P: Packet + ?Sized>(
    packet: &P,
    offset: usize,
    end: usize,
) -> Result<TcpHeader<[u8; HEADER]>, Stop> {
    if offset + HEADER > end {
        return Err(Stop::Malformed);
    }
    let header = packet.read(offset).map(TcpHeader).ok_or(Stop::Malformed)?;
    if header.words() < WORDS { Err(Stop::Malformed) } else { Ok(header) }
}

/// Returns whether the flags are those of a SYN-ACK, which only a server sends.
#[inline(always)]
#[must_use]
pub const fn is_syn_ack(flags: u8) -> bool {
    flags & (flag::SYN | flag::ACK) == flag::SYN | flag::ACK
}
