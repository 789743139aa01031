//! Decimal numbers, and the two lists of them that announce: `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2) and
//! `af,hal,h1,…,pal,p1,p2` (RFC 1639 §2).

use super::{HostPort, address::Address};

/// Numbers of the short list.
const SHORT: u8 = 6;
/// Numbers of the long list that are not the address: `af`, `hal`, `pal`, `p1`, `p2`.
const LONG_REST: u8 = 5;
/// Set in `count` once a number was not what its place asks for.
const WRONG: u8 = 0x80;

/// A number being read, and a list of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Numbers {
    /// The address that the list, or an EPRT, has named so far.
    pub(super) address: Address,
    /// The number, as far as it was read.
    pub(super) number: u32,
    /// The port; until a list is whole, the two latest of its numbers.
    pub(super) port: u16,
    /// Numbers of the list so far.
    pub(super) count: u8,
    /// Numbers that the list has when it is whole.
    pub(super) total: u8,
}

impl Numbers {
    /// What any number past a port's range is remembered as.
    pub(super) const TOO_BIG: u32 = 65_536;

    /// One more digit; a number past a port's range stays past it.
    #[inline(always)]
    pub(super) fn digit(&mut self, digit: u8) {
        self.number = (self.number * 10 + u32::from(digit)).min(Self::TOO_BIG);
    }

    /// Whether the number is a port; if so, it is the announced one.
    #[inline(always)]
    pub(super) fn take_port(&mut self) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "checked on the next line")]
        let port = self.number as u16;
        self.port = port;
        u32::from(port) == self.number && port != 0
    }

    /// The list starts: its first two numbers will push the `ffff` of a mapped address out of the port.
    #[inline(always)]
    pub(super) fn start_list(&mut self) {
        self.address = Address::default();
        self.number = 0;
        self.port = 0xffff;
        self.count = 0;
        self.total = SHORT;
    }

    /// The list's current number is read. Every number but the long list's own is shifted into the port, and
    /// what the port loses into the address.
    #[inline(always)]
    pub(super) fn end_number(&mut self, long: bool) {
        #[expect(clippy::cast_possible_truncation, reason = "a number above 255 is wrong whatever it is")]
        let byte = self.number as u8;
        let mut right = self.number <= 0xff && self.count < WRONG;
        self.number = 0;
        let mut skipped = false;
        if long {
            skipped = self.count < 2;
            if self.count == 0 {
                self.total = LONG_REST + if byte == 6 { 16 } else { 4 };
                right &= byte == 6 || byte == 4;
            } else if self.count == 1 {
                right &= byte == self.total.wrapping_sub(LONG_REST);
            } else if self.count == self.total.wrapping_sub(3) {
                skipped = true;
                right &= byte == 2;
            }
        }
        if !skipped {
            let [oldest, latest] = self.port.to_be_bytes();
            self.address.push_byte(oldest);
            self.port = u16::from_be_bytes([latest, byte]);
        }
        self.count = if right { self.count + 1 } else { WRONG };
    }

    /// Whether the list is whole and names a port.
    #[inline(always)]
    pub(super) fn is_list(&self) -> bool {
        self.count == self.total && self.port != 0
    }

    /// What was announced.
    #[inline(always)]
    pub(super) fn host_port(&self) -> HostPort {
        HostPort { address: self.address.octets(), port: self.port }
    }
}
