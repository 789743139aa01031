// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Redaction of a client's segments for the agent: logins are not forwarded.
//!
//! The first line of such a segment may continue a line of another segment, perhaps a password. It is kept
//! only if all of it reads as the rest of a command that the tracking needs: the end of the command's name,
//! the end of an address, or both. In other lines the command is kept, and the argument only if it is an
//! address or an option.

mod word;

use self::word::{COMMAND_MAX, Text, announces, has_option, is_bare};

/// Returns whether a byte is a space, a carriage return or a tab. Blanks are kept, because they separate
/// words.
#[inline(always)]
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Phase of the first pass: within the first line.
const READ_FIRST: u8 = 0;
/// Phase of the second pass: within a first line that is kept.
const KEEP_FIRST: u8 = 1;
/// Phase of the second pass: within a first line that is redacted.
const REDACT_FIRST: u8 = 2;
/// Phase of the second pass: before a command or in its name.
const COMMAND: u8 = 3;
/// Phase of the second pass: in an argument that is kept.
const KEEP_ARGUMENT: u8 = 4;
/// Phase of the second pass: in an argument that is redacted.
const REDACT_ARGUMENT: u8 = 5;
/// Phase of the first pass: behind the first line.
const HAVE_READ: u8 = 6;

/// Redacts a segment in two passes over its bytes, with [`Self::decide`] between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Redactor {
    /// First word of a line.
    word: Text,
    /// Rest of the first line.
    argument: Text,
    phase: u8,
    /// 1 once a blank follows the first line's word.
    separated: u8,
    reserved: [u8; 6],
}

impl Redactor {
    /// Pushes the next byte of the pass; returns the byte to forward.
    #[inline(always)]
    pub const fn push(&mut self, byte: u8) -> u8 {
        if self.phase == READ_FIRST {
            self.read(byte);
            return byte;
        }
        if self.phase == HAVE_READ {
            return byte;
        }
        if byte == b'\n' {
            self.phase = COMMAND;
            self.word.clear();
            return byte;
        }
        if self.phase == COMMAND {
            return self.command(byte);
        }
        let redacted = self.phase == REDACT_FIRST || self.phase == REDACT_ARGUMENT;
        if redacted && !is_blank(byte) { b'x' } else { byte }
    }

    /// Ends the first pass, and decides whether the first line is kept.
    #[inline(always)]
    pub const fn decide(&mut self) {
        self.phase = if self.is_rest_of_command() { KEEP_FIRST } else { REDACT_FIRST };
    }

    #[inline(always)]
    const fn read(&mut self, byte: u8) {
        if byte == b'\n' {
            self.phase = HAVE_READ;
        } else if is_blank(byte) {
            self.separated = 1;
        } else if self.separated == 0 {
            self.word.push(byte);
        } else {
            self.argument.push(byte);
        }
    }

    #[inline(always)]
    const fn command(&mut self, byte: u8) -> u8 {
        if is_blank(byte) {
            if self.word.length != 0 {
                let whole = self.word.length == COMMAND_MAX;
                let kept = whole && (announces(&self.word) || has_option(&self.word));
                self.phase = if kept { KEEP_ARGUMENT } else { REDACT_ARGUMENT };
            }
            return byte;
        }
        self.word.push(byte);
        if self.word.length > COMMAND_MAX { b'x' } else { byte }
    }

    #[inline(always)]
    const fn is_rest_of_command(&self) -> bool {
        let Self { word, argument, .. } = self;
        if argument.length == 0 {
            let name = announces(word) || has_option(word) || is_bare(word);
            return name || word.ends_address() || word.is_option();
        }
        argument.ends_address() && (word.length == 0 || announces(word) || word.ends_address())
            || argument.is_option() && (word.length == 0 || has_option(word))
    }
}

#[cfg(test)]
mod tests;
