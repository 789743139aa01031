// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Argument of EPRT: `<d>family<d>address<d>port<d>` (RFC 2428 §2).

use super::{is_delimiter, numbers::Numbers};

/// Fields, by the number of delimiters before them.
const FAMILY: u8 = 1;
const ADDRESS: u8 = 2;
const PORT: u8 = 3;
const DONE: u8 = 4;

/// Address families, as numbered by RFC 2428.
const V4: u8 = 1;
const V6: u8 = 2;

/// Maximum number of digits in a group.
const GROUP: u8 = 4;
/// Number of groups in an address.
const GROUPS: u8 = 8;
/// Number of adjacent colons that stand for zero groups.
const GAP: u8 = 2;

/// Parser of EPRT's argument, beside the numbers, in which `total` is the family and `count` the groups of
/// the address.
///
/// The delimiter may be any that RFC 2428 allows; it always ends its field. IPv4 consists of four decimal
/// numbers, which may have leading zeros: vsftpd accepts them, and not as octal. IPv6 is written as in RFC
/// 4291 §2.2, with `::` or IPv4 at the end, and without a zone, for which RFC 2428 has no syntax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Eprt {
    /// Value of the digits since the last mark, as a group.
    group: u16,
    delimiter: u8,
    field: u8,
    /// Number of digits, up to one more than a group can have.
    digits: u8,
    /// Number of groups before `::` plus one; 0 without `::`.
    gap: u8,
    /// Number of colons before these digits.
    colons: u8,
    dots: u8,
}

impl Eprt {
    /// Pushes one byte; `false` if it is invalid.
    #[inline(always)]
    pub(super) fn push(&mut self, numbers: &mut Numbers, byte: u8) -> bool {
        if self.field == 0 {
            self.delimiter = byte;
            self.field = FAMILY;
            return is_delimiter(byte);
        }
        if byte == self.delimiter {
            return self.end_field(numbers);
        }
        let address = self.field == ADDRESS;
        match byte {
            b'0'..=b'9' => {
                numbers.digit(byte - b'0');
                self.digit(numbers.count, byte - b'0')
            }
            b'A'..=b'F' | b'a'..=b'f' if address => {
                numbers.number = Numbers::TOO_BIG;
                self.digit(numbers.count, (byte & 7) + 9) && numbers.total == V6
            }
            b':' if address => numbers.total == V6 && self.colon(numbers),
            b'.' if address => self.octet(numbers),
            _ => false,
        }
    }

    /// Returns whether the last delimiter was read.
    #[inline(always)]
    pub(super) fn is_done(self) -> bool {
        self.field == DONE
    }

    /// RFC 4291 has no single colon before the first digit.
    #[inline(always)]
    fn digit(&mut self, groups: u8, digit: u8) -> bool {
        self.group = self.group << 4 | u16::from(digit);
        self.digits = (self.digits + 1).min(GROUP + 1);
        self.field != DONE && (groups | self.gap != 0 || self.colons == 0)
    }

    #[inline(always)]
    fn colon(&mut self, numbers: &mut Numbers) -> bool {
        if self.digits != 0 {
            self.colons = 1;
            return self.dots == 0 && self.end_group(numbers);
        }
        self.colons += 1;
        let fits = self.colons < GAP || self.colons == GAP && self.gap == 0;
        if self.colons == GAP {
            self.gap = numbers.count + 1;
        }
        fits && self.dots == 0
    }

    #[inline(always)]
    fn end_group(&mut self, numbers: &mut Numbers) -> bool {
        numbers.address.push_group(self.group);
        numbers.count += 1;
        let fits = self.digits <= GROUP && numbers.count <= GROUPS;
        self.reset(numbers);
        fits
    }

    #[inline(always)]
    fn octet(&mut self, numbers: &mut Numbers) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "checked on the next line")]
        let octet = numbers.number as u8;
        let fits = self.digits != 0 && u32::from(octet) == numbers.number;
        numbers.address.push_byte(octet);
        self.dots += 1;
        self.reset(numbers);
        fits && self.dots <= 4
    }

    #[inline(always)]
    fn reset(&mut self, numbers: &mut Numbers) {
        numbers.number = 0;
        self.group = 0;
        self.digits = 0;
    }

    #[inline(always)]
    fn end_field(&mut self, numbers: &mut Numbers) -> bool {
        let fits = match self.field {
            FAMILY => Self::family(numbers),
            ADDRESS => self.end_address(numbers),
            PORT => numbers.take_port(),
            _ => false,
        };
        self.field += 1;
        self.reset(numbers);
        fits
    }

    #[inline(always)]
    fn family(numbers: &mut Numbers) -> bool {
        let v6 = numbers.number == u32::from(V6);
        numbers.address.start(!v6);
        numbers.total = V4 + u8::from(v6);
        numbers.number == u32::from(numbers.total)
    }

    /// Ends the address. In dotted form its fourth number is still pending, and it fills two groups.
    #[inline(always)]
    fn end_address(&mut self, numbers: &mut Numbers) -> bool {
        let fits = if numbers.total == V4 || self.dots != 0 {
            numbers.count += 2;
            self.octet(numbers) && self.dots == 4
        } else if self.digits != 0 {
            self.end_group(numbers)
        } else {
            self.colons == GAP
        };
        if numbers.total == V4 {
            return fits;
        }
        if self.gap == 0 {
            return fits && numbers.count == GROUPS;
        }
        numbers.address.open_gap(numbers.count, self.gap - 1);
        fits && numbers.count < GROUPS
    }
}
