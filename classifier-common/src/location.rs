// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Positions of a packet's headers, for tracked packets and for packets quoted by ICMP errors.

use core::num::{NonZeroU16, NonZeroU32};

use crate::wire::Family;

/// Position of a tracked packet's headers: these bits plus one, so that it is never 0.
///
/// | bits | field |
/// | --- | --- |
/// | 0–6 | offset of the IP header from the frame's start |
/// | 7–10 | length of the TCP or UDP header in words of four bytes |
/// | 11 | the IP header is IPv6 |
/// | 12 | the packet is a first fragment |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location(NonZeroU16);

const START: u16 = 0x7f;
const WORDS: u16 = 0xf;

impl Location {
    /// Creates a location from the offset of the IP header and the TCP or UDP header's length in words of four bytes. At
    /// most an Ethernet header and eight tags precede the IP header.
    #[inline(always)]
    #[must_use]
    pub const fn new(family: Family, start: usize, words: u8, first: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "seven bits are kept")]
        let start = start as u16 & START;
        let family = matches!(family, Family::V6) as u16;
        let number = start | (words as u16 & WORDS) << 7 | family << 11 | (first as u16) << 12;
        Self(NonZeroU16::MIN.saturating_add(number))
    }

    const fn bits(self) -> u16 {
        self.0.get().wrapping_sub(1)
    }

    /// Returns the offset of the IP header from the frame's start.
    #[inline(always)]
    #[must_use]
    pub const fn start(self) -> usize {
        (self.bits() & START) as usize
    }

    /// Returns the length of the TCP or UDP header in bytes.
    #[inline(always)]
    #[must_use]
    pub const fn transport_length(self) -> usize {
        (self.bits() >> 7 & WORDS) as usize * 4
    }

    /// Returns the position of the headers as of a quoted packet, given the bytes from the frame's start to the payload.
    #[inline(always)]
    #[must_use]
    pub const fn as_quoted(self, headers: u32) -> Option<QuotedTcp> {
        QuotedTcp::new(self.start(), (headers as usize).wrapping_sub(self.transport_length()))
    }

    /// Returns the IP version.
    #[inline(always)]
    #[must_use]
    pub const fn family(self) -> Family {
        if self.bits() & 1 << 11 == 0 { Family::V4 } else { Family::V6 }
    }

    /// Returns whether the packet is a first fragment, whose label the later ones need.
    #[inline(always)]
    #[must_use]
    pub const fn is_first_fragment(self) -> bool {
        self.bits() & 1 << 12 != 0
    }

    /// Returns the number, of 14 bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> NonZeroU16 {
        self.0
    }

    /// Returns the location with this number.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: NonZeroU16) -> Self {
        Self(number)
    }
}

/// Position of a TCP header quoted by an ICMP error, and of the IP header before it.
///
/// | bits | field |
/// | --- | --- |
/// | 0–14 | offset of the TCP header from the frame's start |
/// | 15–22 | words of four bytes from the IP header to it, of which there is at least one |
/// | 23 | the error rejects the connection, if it quotes its SYN |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedTcp(NonZeroU32);

const TCP: u32 = 0x7fff;
const REJECTS: u32 = 1 << 23;

impl QuotedTcp {
    /// Creates a position from the offsets of both headers, of which only the bits above count; `None` if both are 0.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "bits are kept")]
    pub(crate) const fn new(ip: usize, tcp: usize) -> Option<Self> {
        let words = (tcp.wrapping_sub(ip) >> 2) as u32 & 0xff;
        Self::from_number(tcp as u32 & TCP | words << 15)
    }

    /// Returns a copy for an error that rejects the connection, or does not.
    #[inline(always)]
    #[must_use]
    pub(crate) const fn in_error(self, rejects: bool) -> Self {
        Self(if rejects { self.0.saturating_add(REJECTS) } else { self.0 })
    }

    /// Returns whether the error rejects the connection.
    #[inline(always)]
    #[must_use]
    pub const fn rejects(self) -> bool {
        self.0.get() & REJECTS != 0
    }

    /// Returns the number, of 24 bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// Returns the position with this number; `None` for 0.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Returns the offset of the TCP header from the frame's start.
    #[inline(always)]
    #[must_use]
    pub(crate) const fn tcp(self) -> usize {
        (self.0.get() & TCP) as usize
    }

    /// Returns the offset of the IP header from the frame's start.
    #[inline(always)]
    #[must_use]
    pub(crate) const fn ip(self) -> usize {
        self.tcp().wrapping_sub((self.0.get() >> 15 & 0xff) as usize * 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_has_what_it_was_made_of() {
        for start in 0..=127 {
            for words in 0..=15 {
                for (family, first) in
                    [(Family::V4, false), (Family::V4, true), (Family::V6, false), (Family::V6, true)]
                {
                    let location = Location::new(family, start, words, first);
                    assert_eq!(location.start(), start);
                    assert_eq!(location.transport_length(), usize::from(words) * 4);
                    assert_eq!((location.family(), location.is_first_fragment()), (family, first));
                    assert!(location.number().get() <= 1 << 13);
                    assert_eq!(Location::from_number(location.number()), location);
                }
            }
        }
        let cut = Location::new(Family::V4, 128 + 5, 16 + 5, false);
        assert_eq!((cut.start(), cut.transport_length()), (5, 20), "of larger numbers the lowest bits");
        assert_eq!((cut.family(), cut.is_first_fragment()), (Family::V4, false));
    }

    #[test]
    fn a_quoted_header_has_the_offsets_it_was_made_of() {
        for ip in [0, 14, 42, 1001] {
            for words in [1, 5, 10, 100, 255] {
                let tcp = ip + 4 * words;
                let quoted = QuotedTcp::new(ip, tcp).expect("two headers");
                assert_eq!((quoted.ip(), quoted.tcp(), quoted.rejects()), (ip, tcp, false));
                assert_eq!(quoted.in_error(false), quoted);
                let rejecting = quoted.in_error(true);
                assert_eq!((rejecting.ip(), rejecting.tcp(), rejecting.rejects()), (ip, tcp, true));
                for quoted in [quoted, rejecting] {
                    assert!(quoted.number() < 1 << 24);
                    assert_eq!(QuotedTcp::from_number(quoted.number()), Some(quoted));
                }
            }
        }
        assert_eq!(QuotedTcp::from_number(0), None);
        let last = QuotedTcp::new(0x7ffc - 20, 0x7ffc).expect("two headers");
        assert_eq!((last.ip(), last.tcp(), last.rejects()), (0x7ffc - 20, 0x7ffc, false));
    }

    #[test]
    fn the_headers_of_a_packet_are_found_as_if_it_was_quoted() {
        let location = Location::new(Family::V4, 14, 5, false);
        assert_eq!(location.as_quoted(14 + 20 + 20), QuotedTcp::new(14, 34));
        let location = Location::new(Family::V6, 18, 2, false);
        assert_eq!(location.as_quoted(18 + 40 + 8), QuotedTcp::new(18, 58));
    }
}
