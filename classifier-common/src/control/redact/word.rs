// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Words of a client's line: the end of a command's name, the end of an address, or an option.

/// Number of letters in the longest command.
pub(super) const COMMAND_MAX: u8 = 4;
/// Number of digits in the longest number of PORT (RFC 959 §4.1.2).
const NUMBER_MAX: u8 = 3;

const DIGIT: u8 = 1;
const COMMA: u8 = 1 << 1;
const BAR: u8 = 1 << 2;
/// Kind of the other letters in EPRT's address (RFC 2428 §2): hexadecimal digits, colons and dots.
const ADDRESS: u8 = 1 << 3;
const OTHER: u8 = 1 << 4;

#[inline(always)]
const fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => DIGIT,
        b',' => COMMA,
        b'|' => BAR,
        b'a'..=b'f' | b'A'..=b'F' | b':' | b'.' => ADDRESS,
        _ => OTHER,
    }
}

/// A word of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Text {
    /// Last eight letters, in upper case.
    letters: u64,
    /// Kinds of all letters.
    kinds: u8,
    /// Number of letters, up to 255.
    pub(super) length: u8,
    reserved: [u8; 6],
}

impl Text {
    #[inline(always)]
    pub(super) const fn push(&mut self, byte: u8) {
        self.letters = self.letters << 8 | byte.to_ascii_uppercase() as u64;
        self.kinds |= kind(byte);
        self.length = self.length.saturating_add(1);
    }

    #[inline(always)]
    pub(super) const fn clear(&mut self) {
        (self.letters, self.kinds, self.length) = (0, 0, 0);
    }

    #[inline(always)]
    const fn is(&self, text: &[u8]) -> bool {
        self.letters == letters(text)
    }

    /// Returns whether this is the end of a command's name, or all of it.
    #[inline(always)]
    pub(super) const fn ends(&self, command: [u8; 4]) -> bool {
        let missing = COMMAND_MAX.saturating_sub(self.length) as u32 * 8;
        self.length != 0
            && self.length <= COMMAND_MAX
            && (self.letters ^ letters(&command)) & (u32::MAX >> missing) as u64 == 0
    }

    /// Returns whether this is the end of an address, or all of it.
    #[inline(always)]
    pub(super) const fn ends_address(&self) -> bool {
        if self.kinds & BAR != 0 {
            return self.kinds & (COMMA | OTHER) == 0;
        }
        self.kinds & !(DIGIT | COMMA) == 0 && (self.kinds & COMMA != 0 || self.length <= NUMBER_MAX)
    }

    /// Returns whether this is an argument of EPSV (RFC 2428 §3) or AUTH (RFC 4217 §17).
    #[inline(always)]
    pub(super) const fn is_option(&self) -> bool {
        self.is(b"1")
            || self.is(b"2")
            || self.is(b"ALL")
            || self.is(b"TLS")
            || self.is(b"TLS-C")
            || self.is(b"TLS-P")
            || self.is(b"SSL")
    }
}

#[inline(always)]
const fn letters(text: &[u8]) -> u64 {
    let (mut letters, mut rest) = (0, text);
    while let [first, others @ ..] = rest {
        letters = letters << 8 | *first as u64;
        rest = others;
    }
    letters
}

/// Returns whether a word ends the name of a command with an address as its argument.
#[inline(always)]
pub(super) const fn announces(word: &Text) -> bool {
    word.ends(*b"PORT") || word.ends(*b"EPRT") || word.ends(*b"LPRT")
}

/// Returns whether a word ends the name of a command that may have an option.
#[inline(always)]
pub(super) const fn has_option(word: &Text) -> bool {
    word.ends(*b"EPSV") || word.ends(*b"AUTH")
}

/// Returns whether a word ends the name of a command without an argument that the tracking needs.
#[inline(always)]
pub(super) const fn is_bare(word: &Text) -> bool {
    word.ends(*b"PASV")
        || word.ends(*b"P@SW")
        || word.ends(*b"LPSV")
        || word.ends(*b"SPSV")
        || word.ends(*b"CPSV")
        || word.ends(*b"REIN")
        || word.ends(*b"\0CCC")
}
