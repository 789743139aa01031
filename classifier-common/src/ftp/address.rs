// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Shift register for an address.

/// Sixteen bytes in two words, which BPF can shift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct AddressRegister {
    high: u64,
    low: u64,
}

impl AddressRegister {
    /// Shifts in one byte from the right.
    #[inline(always)]
    pub(super) fn push_byte(&mut self, byte: u8) {
        self.high = self.high << 8 | self.low >> 56;
        self.low = self.low << 8 | u64::from(byte);
    }

    /// Shifts in a group of IPv6.
    #[inline(always)]
    pub(super) fn push_group(&mut self, group: u16) {
        self.high = self.high << 16 | self.low >> 48;
        self.low = self.low << 16 | u64::from(group);
    }

    /// Resets the register: to zero, or to the prefix of mapped IPv4 addresses (RFC 4291 §2.5.5.2).
    #[inline(always)]
    pub(super) fn start(&mut self, v4: bool) {
        *self = Self { high: 0, low: u64::from(v4) * 0xffff };
    }

    /// Moves the groups before `::` to the left end: `groups` were pushed, `before` of them before `::`.
    #[inline(always)]
    pub(super) fn open_gap(&mut self, groups: u8, before: u8) {
        let behind = groups.wrapping_sub(before);
        let head = self.right(behind);
        let there = head.left(behind);
        let moved = head.left(8u8.wrapping_sub(before));
        self.high = self.high ^ there.high | moved.high;
        self.low = self.low ^ there.low | moved.low;
    }

    /// Shifts left by up to seven groups. A compiler for BPF does not shift 128 bits by itself.
    #[inline(always)]
    const fn left(self, groups: u8) -> Self {
        let bits = (groups as u32).wrapping_mul(16);
        if groups >= 4 {
            return Self { high: self.low.wrapping_shl(bits), low: 0 };
        }
        // Two shifts, because a shift by 64 is undefined.
        let carried = (self.low >> 1).wrapping_shr(!bits);
        Self { high: self.high.wrapping_shl(bits) | carried, low: self.low.wrapping_shl(bits) }
    }

    #[inline(always)]
    const fn right(self, groups: u8) -> Self {
        let bits = (groups as u32).wrapping_mul(16);
        if groups >= 4 {
            return Self { high: 0, low: self.high.wrapping_shr(bits) };
        }
        let carried = (self.high << 1).wrapping_shl(!bits);
        Self { high: self.high.wrapping_shr(bits), low: self.low.wrapping_shr(bits) | carried }
    }

    /// Returns the address as in an IP header.
    #[inline(always)]
    pub(super) fn octets(self) -> [u8; 16] {
        (u128::from(self.high) << 64 | u128::from(self.low)).to_be_bytes()
    }
}
