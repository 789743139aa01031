//! `<d>family<d>address<d>port<d>` (RFC 2428 §2).

use super::{is_delimiter, numbers::Numbers};

/// Fields, counted by the delimiters before them.
const FAMILY: u8 = 1;
const ADDRESS: u8 = 2;
const PORT: u8 = 3;
const DONE: u8 = 4;

/// Families, as RFC 2428 numbers them.
const V4: u8 = 1;
const V6: u8 = 2;

/// Digits of a group.
const GROUP: u8 = 4;
/// Groups of an address.
const GROUPS: u8 = 8;
/// Colons side by side that stand for a gap.
const GAP: u8 = 2;

/// The argument of EPRT, as far as it was read, beside the numbers: there, `total` is the family and `count`
/// the groups of the address.
///
/// The delimiter may be any that RFC 2428 allows; it always ends its field. IPv4 is four decimal numbers,
/// zeros before them allowed (vsftpd takes them, and no octal); IPv6 is what RFC 4291 §2.2 writes, `::` and
/// IPv4 at the end included, without a zone: RFC 2428 has no room for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Eprt {
    /// The digits since the last mark, read as a group.
    group: u16,
    delimiter: u8,
    field: u8,
    /// How many digits, up to one more than a group can have.
    digits: u8,
    /// One more than the groups before `::`, 0 without one.
    gap: u8,
    /// Colons before those digits.
    colons: u8,
    dots: u8,
}

impl Eprt {
    /// Takes one byte; false where it cannot stand.
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

    /// Whether the last delimiter has come.
    #[inline(always)]
    pub(super) fn is_done(self) -> bool {
        self.field == DONE
    }

    /// A single colon before the first digit is none of RFC 4291's.
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
        self.forget(numbers);
        fits
    }

    #[inline(always)]
    fn octet(&mut self, numbers: &mut Numbers) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "checked on the next line")]
        let octet = numbers.number as u8;
        let fits = self.digits != 0 && u32::from(octet) == numbers.number;
        numbers.address.push_byte(octet);
        self.dots += 1;
        self.forget(numbers);
        fits && self.dots <= 4
    }

    #[inline(always)]
    fn forget(&mut self, numbers: &mut Numbers) {
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
        self.forget(numbers);
        fits
    }

    #[inline(always)]
    fn family(numbers: &mut Numbers) -> bool {
        let v6 = numbers.number == u32::from(V6);
        numbers.address.start(!v6);
        numbers.total = V4 + u8::from(v6);
        numbers.number == u32::from(numbers.total)
    }

    /// An address in dots has its fourth number still to come; it fills two groups.
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
