//! What the server says.

use super::{
    Announcement, HostPort, LINE_FEED, LINE_MAX, Reply, extended, is_blank,
    numbers::Numbers,
    reply::{EXTENDED, LONG, PASSIVE},
    telnet,
};

/// Digits of a code.
const DIGITS: u16 = 3;
/// A number that is no code.
const NO_CODE: u32 = 1000;

/// Flags: a line with a hyphen behind its code came, the one that ends the reply has not.
const OPEN: u8 = 1;
/// The line ends the reply.
const LAST: u8 = 2;
/// The line has the code of an announcement.
const CARRIES: u8 = 4;
/// The announcement stands in `numbers`.
const FOUND: u8 = 8;
/// A line that carries was longer than [`LINE_MAX`].
const OVERLONG: u8 = 16;
/// All is well.
const FOUND_IN_TIME: u8 = CARRIES | FOUND;

/// Stages of a list.
const OUTSIDE: u8 = 0;
const NUMBER: u8 = 1;
const COMMA: u8 = 2;

/// Reads the server's side of a control connection.
///
/// - A reply is one line of three digits and a blank, or starts with three digits and a hyphen and goes on
///   to the line with the same three digits and a blank (RFC 959 §4.2). Until then every line is text,
///   whatever stands at its start. Three digits alone on a line count as followed by a blank.
/// - A line that is none of this outside such a reply is passed over, as curl does. The first digit is 1 to
///   5, or 6 (RFC 2228 §4).
/// - 227 and 228: the first list of numbers that is whole and in range, wherever it stands behind the code
///   (RFC 1123 §4.1.2.6; curl, lftp and Wireshark search alike). A blank may follow a comma, as `scanf` has
///   it. Numbers behind the list do not matter. A list with a number above 255 is no list: curl would go on
///   from the digit after, and dial another address.
/// - In a reply of several lines, each line with its code is searched, and the first find counts: curl
///   looks at the last line, `ftplib` at all of them, `NcFTP` at the first, Wireshark at each that has the
///   code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Replies {
    numbers: Numbers,
    code: u16,
    /// Bytes of the line so far, up to one more than [`LINE_MAX`].
    length: u16,
    telnet: u8,
    flags: u8,
    delimiter: u8,
    stage: u8,
}

const _: () = assert!(size_of::<Replies>() == 32);

impl Replies {
    /// A connection's start.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Somewhere within a connection: the line that is under way is passed over.
    #[inline(always)]
    #[must_use]
    pub fn mid_line() -> Self {
        Self { length: DIGITS + 1, ..Self::default() }
    }

    /// Takes one byte; the reply that it completes.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) -> Option<Reply> {
        let byte = telnet::text(&mut self.telnet, byte)?;
        if self.length < DIGITS {
            self.code_digit(byte);
        } else if self.length == DIGITS {
            self.code_end(byte);
        } else if self.flags & (CARRIES | FOUND) == CARRIES {
            self.search(byte);
        }
        if byte == LINE_FEED {
            return self.line_end();
        }
        self.length = (self.length + 1).min(LINE_MAX + 1);
        None
    }

    /// What the reply just returned announces; it stands until the next byte.
    #[inline(always)]
    #[must_use]
    pub fn announced(&self) -> HostPort {
        self.numbers.host_port()
    }

    /// The code of the reply whose lines are under way.
    #[inline(always)]
    #[must_use]
    pub const fn open(&self) -> Option<u16> {
        if self.flags & OPEN == 0 { None } else { Some(self.code) }
    }

    #[inline(always)]
    fn code_digit(&mut self, byte: u8) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            self.numbers.digit(digit);
        } else {
            self.numbers.number = NO_CODE;
        }
    }

    #[inline(always)]
    fn code_end(&mut self, byte: u8) {
        let last = is_blank(byte) || byte == LINE_FEED;
        if !last && byte != b'-' || !(100..700).contains(&self.numbers.number) {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 700")]
        let code = self.numbers.number as u16;
        if self.flags & OPEN == 0 {
            self.code = code;
            self.flags = OPEN;
            self.numbers = Numbers::default();
        } else if code != self.code {
            return;
        }
        let carries = matches!(code, PASSIVE..=EXTENDED);
        self.flags |= (u8::from(last) * LAST) | (u8::from(carries) * CARRIES);
        self.stage = OUTSIDE;
    }

    #[inline(always)]
    fn search(&mut self, byte: u8) {
        let found = if self.code == EXTENDED {
            extended::scan(&mut self.numbers, &mut self.delimiter, &mut self.stage, byte)
        } else {
            self.search_list(byte)
        };
        self.flags |= u8::from(found) * FOUND;
    }

    #[inline(always)]
    fn search_list(&mut self, byte: u8) -> bool {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            if self.stage == OUTSIDE {
                self.numbers.start_list();
            }
            self.numbers.digit(digit);
            self.stage = NUMBER;
            return false;
        }
        if self.stage == NUMBER {
            self.numbers.end_number(self.code == LONG);
            self.stage = if byte == b',' { COMMA } else { OUTSIDE };
            return self.numbers.is_list();
        }
        if byte != b' ' {
            self.stage = OUTSIDE;
        }
        false
    }

    #[inline(always)]
    fn line_end(&mut self) -> Option<Reply> {
        let mut flags = self.flags;
        if flags & CARRIES != 0 && self.length > LINE_MAX {
            flags |= OVERLONG;
        }
        self.length = 0;
        self.numbers.number = 0;
        if flags & LAST == 0 {
            self.flags = flags & !CARRIES;
            return None;
        }
        self.flags = 0;
        let announcement = match flags & (CARRIES | FOUND | OVERLONG) {
            0 => Announcement::None,
            CARRIES => Announcement::Malformed,
            FOUND_IN_TIME => Announcement::found(self.code),
            _ => Announcement::Overlong,
        };
        Some(Reply { code: self.code, announcement })
    }
}
