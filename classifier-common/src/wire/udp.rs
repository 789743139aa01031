// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP (RFC 768).

use crate::{packet::Packet, stop::Stop, view::HeaderBytes};

/// Length of the header.
pub const HEADER: usize = 8;
/// Length of the header in words of four bytes.
pub(crate) const WORDS: u8 = 2;

/// Fields of a UDP header.
#[derive(Clone, Copy)]
pub struct UdpHeader<H>(pub H);

impl<H: HeaderBytes> UdpHeader<H> {
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
) -> Result<UdpHeader<[u8; HEADER]>, Stop> {
    if offset + HEADER > end {
        return Err(Stop::Malformed);
    }
    packet.read(offset).map(UdpHeader).ok_or(Stop::Malformed)
}
