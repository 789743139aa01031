// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decimal numbers, and the two announcement lists: `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2) and
//! `af,hal,h1,…,pal,p1,p2` (RFC 1639 §2).

use super::{HostPort, address::AddressRegister};

/// Length of the short list.
const SHORT: u8 = 6;
/// Numbers of the long list outside its address: `af`, `hal`, `pal`, `p1`, `p2`.
const LONG_REST: u8 = 5;
/// Bit of `count` that is set after an invalid number.
const WRONG: u8 = 0x80;

/// Parser of a number, and of a list of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Numbers {
    /// Address of the list, or of an EPRT, so far.
    pub(super) address: AddressRegister,
    /// Number so far.
    pub(super) number: u32,
    /// Port; before the list is complete, its two latest numbers.
    pub(super) port: u16,
    /// Count of the list's numbers so far.
    pub(super) count: u8,
    /// Length of the complete list.
    pub(super) total: u8,
}

impl Numbers {
    /// Value of any number above a port's range.
    pub(super) const TOO_BIG: u32 = 65_536;

    /// Pushes one digit; a number above a port's range stays above it.
    #[inline(always)]
    pub(super) fn digit(&mut self, digit: u8) {
        self.number = (self.number * 10 + u32::from(digit)).min(Self::TOO_BIG);
    }

    /// Returns whether the number is a port, which then is the announced one.
    #[inline(always)]
    pub(super) fn take_port(&mut self) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "checked on the next line")]
        let port = self.number as u16;
        self.port = port;
        u32::from(port) == self.number && port != 0
    }

    /// Starts a list. Its first two numbers will push the `ffff` of a mapped address out of the port.
    #[inline(always)]
    pub(super) fn start_list(&mut self) {
        self.address = AddressRegister::default();
        self.number = 0;
        self.port = 0xffff;
        self.count = 0;
        self.total = SHORT;
    }

    /// Ends the list's current number. It is shifted into the port, and the byte shifted out of the port into
    /// the address; the long list's own numbers are not.
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

    /// Returns whether the list is complete and names a port.
    #[inline(always)]
    pub(super) fn is_list(&self) -> bool {
        self.count == self.total && self.port != 0
    }

    /// Returns the announcement.
    #[inline(always)]
    pub(super) fn host_port(&self) -> HostPort {
        HostPort { address: self.address.octets(), port: self.port }
    }
}
