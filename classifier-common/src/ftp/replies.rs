// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Grammar of the server's side.

use super::{
    HostPort, LINE_FEED, LINE_MAX, Reply, ReplyPort, extended, is_blank,
    numbers::Numbers,
    reply::{EXTENDED, LONG, PASSIVE},
    telnet,
};

/// Number of digits in a code.
const DIGITS: u16 = 3;
/// Value that is no code.
const NO_CODE: u32 = 1000;

/// Flag: a reply of several lines is open.
const OPEN: u8 = 1;
/// Flag: the line ends the reply.
const LAST: u8 = 2;
/// Flag: the line has the code of an announcement.
const CARRIES: u8 = 4;
/// Flag: the announcement is in `numbers`.
const FOUND: u8 = 8;
/// Flag: a line with an announcement was longer than [`LINE_MAX`].
const OVERLONG: u8 = 16;
/// Flag: the line ends a reply of several lines that began with another code.
const DOUBTFUL: u8 = 32;
/// Flag: the start of the line was not seen.
const LOST: u8 = 64;
/// Flags of a complete announcement.
const FOUND_IN_TIME: u8 = CARRIES | FOUND;

/// Value instead of the delimiter of a 229: the current number directly follows the code of a 227.
const AT_ONCE: u8 = 1;

/// Stages of a list.
const OUTSIDE: u8 = 0;
const NUMBER: u8 = 1;
const COMMA: u8 = 2;

/// Parser of the server's side of a control connection.
///
/// - A reply is one line that begins with three digits. With a hyphen behind them it has several lines. It then
///   ends with the next line of three digits and a blank (RFC 959 §4.2). Three digits alone on a line count as
///   followed by a blank. The first digit is 1 to 5, or 6 (RFC 2228 §4).
/// - If the last line's code differs from the first line's, clients disagree. For curl and wget such a line is the
///   reply, for lftp and `FileZilla` it is text. It counts as the reply, and is [doubtful](Reply::doubtful).
/// - The code of a single line needs no blank behind it, as for lftp and `FileZilla`, but no digit may follow.
///   Within a reply of several lines all clients but Python's `ftplib` require the blank.
/// - Outside a reply, a line without a code is [unreadable](Reply::is_unreadable), unless it is empty.
/// - NUL is ignored everywhere, and a carriage return at the start of a line, because some servers end lines
///   with LF CR.
/// - 227 with a number alone: the number is the port, as in Pure-FTPd's answer to SPSV.
/// - 227 and 228: the first complete list of numbers in range counts, anywhere behind the code (RFC 1123
///   §4.1.2.6; curl, lftp and Wireshark search alike). A blank may follow a comma, as for `scanf`. Numbers behind
///   the list are ignored. A list with a number above 255 is ignored: curl would continue from the next digit,
///   and connect to another address.
/// - In a reply of several lines, each line with its code is searched, and the first announcement counts. curl
///   searches the last line, `ftplib` all of them, `NcFTP` the first, Wireshark each with the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Replies {
    numbers: Numbers,
    code: u16,
    /// Length of the line so far, up to one more than [`LINE_MAX`].
    length: u16,
    telnet: u8,
    flags: u8,
    delimiter: u8,
    stage: u8,
}

const _: () = assert!(size_of::<Replies>() == 32);

impl Replies {
    /// Creates a parser for the start of a connection.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a parser within a connection, which ignores the current line.
    #[inline(always)]
    #[must_use]
    pub fn mid_line() -> Self {
        Self { length: DIGITS + 1, flags: LOST, ..Self::default() }
    }

    /// Pushes one byte; returns the reply that it completes.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) -> Option<Reply> {
        let byte = telnet::text(&mut self.telnet, byte)?;
        if byte == 0 || byte == b'\r' && self.length == 0 {
            return None;
        }
        if self.length < DIGITS {
            self.code_digit(byte);
        } else {
            if self.length == DIGITS {
                self.code_end(byte);
            }
            if self.flags & (CARRIES | FOUND) == CARRIES {
                self.search(byte);
            }
        }
        if byte == LINE_FEED {
            return self.line_end();
        }
        self.length = (self.length + 1).min(LINE_MAX + 1);
        None
    }

    /// Returns the announcement of the reply just returned; valid until the next byte.
    #[inline(always)]
    #[must_use]
    pub fn announced(&self) -> HostPort {
        self.numbers.host_port()
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
        let open = self.flags & OPEN != 0;
        let blank = is_blank(byte) || byte == LINE_FEED;
        let fits = blank || byte == b'-' || !open && !byte.is_ascii_digit();
        if !fits || !(100..700).contains(&self.numbers.number) {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 700")]
        let code = self.numbers.number as u16;
        if !open || code != self.code {
            if open && !blank {
                return;
            }
            self.flags = OPEN | (u8::from(open) * DOUBTFUL);
            self.code = code;
            self.numbers = Numbers::default();
        }
        let carries = matches!(code, PASSIVE..=EXTENDED);
        self.flags |= (u8::from(byte != b'-') * LAST) | (u8::from(carries) * CARRIES);
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
                self.delimiter = u8::from(self.length == DIGITS + 1);
            }
            self.numbers.digit(digit);
            self.stage = NUMBER;
            return false;
        }
        if self.stage == NUMBER {
            if self.delimiter == AT_ONCE && (byte == b'\r' || byte == LINE_FEED) {
                return self.numbers.take_port();
            }
            self.delimiter = 0;
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
        let empty = self.length == 0;
        self.length = 0;
        self.numbers.number = 0;
        if flags & LAST == 0 {
            self.flags = flags & !(CARRIES | LOST);
            return if empty || flags & (OPEN | LOST) != 0 { None } else { Some(Reply::UNREADABLE) };
        }
        self.flags = 0;
        let port = match flags & (CARRIES | FOUND | OVERLONG) {
            0 => ReplyPort::None,
            CARRIES => ReplyPort::Malformed,
            FOUND_IN_TIME => ReplyPort::Found,
            _ => ReplyPort::Overlong,
        };
        Some(Reply { code: self.code, port, doubtful: flags & DOUBTFUL != 0 })
    }
}
