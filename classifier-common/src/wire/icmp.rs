// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Common header of ICMP (RFC 792) and `ICMPv6` (RFC 4443).

use crate::{packet::Packet, stop::Stop, view::HeaderBytes, wire::Family};

/// Length of the header with the rest-of-header word. Every message of either version has it, and the kernel
/// requires it before it reads the type.
pub const HEADER: usize = 8;

/// Fields of a message's header.
#[derive(Clone, Copy)]
pub struct IcmpHeader<H>(pub H);

impl<H: HeaderBytes> IcmpHeader<H> {
    /// Returns the type.
    #[inline(always)]
    pub fn kind(self) -> u8 {
        self.0.byte::<0>()
    }

    /// Returns the code.
    #[inline(always)]
    pub fn code(self) -> u8 {
        self.0.byte::<1>()
    }
}

impl<H: HeaderBytes> IcmpHeader<H> {
    /// Returns the end of the quote that starts at `start` in a message up to `end`.
    ///
    /// Some types have a length field (RFC 4884), in words of four bytes in ICMP and of eight in `ICMPv6`.
    /// Extensions follow the quote.
    ///
    /// A length of 0 means none: the quote reaches to the message's end, as before RFC 4884. Old senders'
    /// extensions behind 128 bytes (RFC 4884 §5.5) are only mistaken for ports if extension headers fill
    /// these 128 bytes. A length beyond the message's end is ignored too.
    #[inline(always)]
    pub fn quote_end(self, family: Family, start: usize, end: usize) -> usize {
        let length = match (family, self.kind()) {
            (Family::V4, 3 | 11 | 12) => usize::from(self.0.byte::<5>()) * 4,
            (Family::V6, 1 | 3) => usize::from(self.0.byte::<4>()) * 8,
            _ => 0,
        };
        if length == 0 || start + length > end { end } else { start + length }
    }
}

/// Reads the header at `offset`, which must end before `end`.
///
/// # Errors
///
/// The header is cut.
#[inline(always)]
pub fn read<P: Packet + ?Sized>(
    packet: &P,
    offset: usize,
    end: usize,
) -> Result<IcmpHeader<[u8; HEADER]>, Stop> {
    if offset + HEADER > end {
        return Err(Stop::Malformed);
    }
    packet.read(offset).map(IcmpHeader).ok_or(Stop::Malformed)
}
