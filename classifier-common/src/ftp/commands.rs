// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Grammar of the client's side.

use super::{
    Command, HostPort, LINE_FEED, LINE_MAX, eprt::Eprt, is_blank, numbers::Numbers, telnet, word::Word,
};

/// Phase of a line: only blanks so far.
const START: u8 = 0;
/// Phase: within the command.
const WORD: u8 = 1;
/// Phase: before an argument, or before a number of a list.
const BEFORE: u8 = 2;
/// Phase: within an argument.
const ARGUMENT: u8 = 3;
/// Phase: behind the argument.
const AFTER: u8 = 4;
/// Phase: the rest of the line does not matter.
const SKIP: u8 = 5;
/// Phase: the argument is invalid.
const BROKEN: u8 = 6;
/// Phase: the start of the line was not seen.
const LOST: u8 = 7;

/// Parser of the client's side of a control connection: one event for each line that is not empty.
///
/// - Commands are words in any case (RFC 959 §5.3); blanks may stand before and behind them, and behind an
///   argument.
/// - PORT and LPRT are strict where replies are not: exactly the required numbers, with nothing around them.
///   Blanks may follow a comma, as for `scanf` in `ProFTPD` and Pure-FTPd. A wrong number makes the line
///   malformed. A server may still accept it, but nothing tells which port its 200 then confirms.
/// - PASV counts with an argument too; some servers ignore it, and the others answer by an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Commands {
    numbers: Numbers,
    /// The command, then the argument of commands that take a word.
    word: Word,
    eprt: Eprt,
    /// Length of the line so far, up to one more than [`LINE_MAX`].
    length: u16,
    telnet: u8,
    phase: u8,
    /// Number of the [`Command`].
    command: u8,
    reserved: [u8; 3],
}

const _: () = assert!(size_of::<Commands>() == 48);

impl Commands {
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
        Self { phase: LOST, ..Self::default() }
    }

    /// Pushes one byte; returns the command that it completes.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) -> Option<Command> {
        let byte = telnet::text(&mut self.telnet, byte)?;
        if byte == LINE_FEED {
            return self.line_end();
        }
        self.length = (self.length + 1).min(LINE_MAX + 1);
        if is_blank(byte) {
            self.blank();
        } else {
            self.visible(byte);
        }
        None
    }

    /// Returns the announcement of the PORT, EPRT or LPRT just returned; valid until the next byte.
    #[inline(always)]
    #[must_use]
    pub fn announced(&self) -> HostPort {
        self.numbers.host_port()
    }

    #[inline(always)]
    fn blank(&mut self) {
        if self.phase == WORD {
            self.end_word();
        } else if self.phase == ARGUMENT {
            self.end_argument();
        }
    }

    #[inline(always)]
    fn visible(&mut self, byte: u8) {
        if self.phase <= WORD {
            self.phase = WORD;
            self.word = self.word.push(byte);
        } else if self.phase <= ARGUMENT {
            self.argument(byte);
        } else if self.phase == AFTER {
            self.phase = BROKEN;
        }
    }

    #[inline(always)]
    fn end_word(&mut self) {
        let command = Command::from_word(self.word);
        self.command = command as u8;
        self.phase = if takes_argument(command) { BEFORE } else { SKIP };
        self.word = Word::default();
        self.eprt = Eprt::default();
        self.numbers.start_list();
    }

    #[inline(always)]
    fn argument(&mut self, byte: u8) {
        let digit = byte.wrapping_sub(b'0');
        let command = Command::from_number(self.command);
        if is_list(command) {
            if digit < 10 {
                self.numbers.digit(digit);
                self.phase = ARGUMENT;
            } else if byte == b',' && self.phase == ARGUMENT {
                self.numbers.end_number(command == Command::Lprt);
                self.phase = BEFORE;
            } else {
                self.phase = BROKEN;
            }
        } else if command == Command::Eprt {
            let fits = self.eprt.push(&mut self.numbers, byte);
            self.phase = if fits { ARGUMENT } else { BROKEN };
        } else {
            self.word = self.word.push(byte);
            self.phase = ARGUMENT;
        }
    }

    #[inline(always)]
    fn end_argument(&mut self) {
        let command = Command::from_number(self.command);
        if is_list(command) {
            self.numbers.end_number(command == Command::Lprt);
        }
        self.phase = AFTER;
    }

    #[inline(always)]
    fn line_end(&mut self) -> Option<Command> {
        self.blank();
        let phase = self.phase;
        let overlong = self.length > LINE_MAX;
        self.phase = START;
        self.length = 0;
        let word = self.word;
        self.word = Word::default();
        if phase == START || phase == LOST {
            return None;
        }
        let command = Command::from_number(self.command);
        if !announces(command) {
            let broken = phase == BROKEN && command == Command::Epsv;
            return Some(if broken { Command::Malformed } else { command.with_argument(word) });
        }
        if overlong {
            return Some(Command::Overlong);
        }
        let whole = if command == Command::Eprt { self.eprt.is_done() } else { self.numbers.is_list() };
        Some(if phase == AFTER && whole { command } else { Command::Malformed })
    }
}

#[inline(always)]
const fn is_list(command: Command) -> bool {
    matches!(command, Command::Port | Command::Lprt)
}

#[inline(always)]
const fn announces(command: Command) -> bool {
    is_list(command) || matches!(command, Command::Eprt)
}

#[inline(always)]
const fn takes_argument(command: Command) -> bool {
    announces(command) || matches!(command, Command::Epsv | Command::AuthTls)
}
