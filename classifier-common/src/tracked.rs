//! Where the headers of a TCP packet stand that the FTP tracking is to look at.

use core::num::NonZeroU16;

use crate::family::Family;

/// Bits 0–6 offset of the IP header, 7–10 length of the TCP header in words, 11 IPv6, 12 a first fragment;
/// one more than these, so that it is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracked(NonZeroU16);

const START: u16 = 0x7f;
const WORDS: u16 = 0xf;

impl Tracked {
    /// From the offset of the IP header, which an Ethernet header and eight tags precede at most, and the
    /// TCP header's length in bytes.
    #[inline(always)]
    #[must_use]
    pub const fn new(family: Family, start: usize, length: u8, first: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "seven bits are kept")]
        let start = start as u16 & START;
        let family = matches!(family, Family::V6) as u16;
        let number = start | ((length >> 2) as u16 & WORDS) << 7 | family << 11 | (first as u16) << 12;
        Self(NonZeroU16::MIN.saturating_add(number))
    }

    const fn bits(self) -> u16 {
        self.0.get().wrapping_sub(1)
    }

    /// Offset of the IP header from the frame's start.
    #[inline(always)]
    #[must_use]
    pub const fn start(self) -> usize {
        (self.bits() & START) as usize
    }

    /// Bytes of the TCP header.
    #[inline(always)]
    #[must_use]
    pub const fn tcp_length(self) -> usize {
        (self.bits() >> 7 & WORDS) as usize * 4
    }

    /// Family of the IP header.
    #[inline(always)]
    #[must_use]
    pub const fn family(self) -> Family {
        if self.bits() & 1 << 11 == 0 { Family::V4 } else { Family::V6 }
    }

    /// Whether it is a first fragment: its label is kept for the later ones.
    #[inline(always)]
    #[must_use]
    pub const fn is_first_fragment(self) -> bool {
        self.bits() & 1 << 12 != 0
    }

    /// The number, of 14 bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> NonZeroU16 {
        self.0
    }

    /// What has this number.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: NonZeroU16) -> Self {
        Self(number)
    }
}
