//! What the client says.

use super::{
    Command, HostPort, LINE_FEED, LINE_MAX, eprt::Eprt, is_blank, numbers::Numbers, telnet, word::Word,
};

/// Phases of a line: nothing but blanks so far.
const START: u8 = 0;
/// Within the command.
const WORD: u8 = 1;
/// Before an argument, or before a number of a list.
const BEFORE: u8 = 2;
/// Within an argument.
const ARGUMENT: u8 = 3;
/// Behind the argument.
const AFTER: u8 = 4;
/// Nothing behind the command matters.
const SKIP: u8 = 5;
/// The argument is not what the command takes.
const BROKEN: u8 = 6;
/// The start of the line was not seen.
const LOST: u8 = 7;

/// Reads the client's side of a control connection: one event for each line that is not blank.
///
/// - Commands are words in any case (RFC 959 §5.3); blanks may stand before and behind them, and behind an
///   argument.
/// - PORT and LPRT are strict where replies are not: all numbers, no more and no fewer, nothing around them.
///   Blanks may follow a comma, as for `scanf` in `ProFTPD` and Pure-FTPd. A number that is wrong makes the
///   line malformed, though a server may be content with it: what a server confirms by 200 could not be
///   told.
/// - PASV counts with an argument too; some servers ignore it, and the others answer by an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Commands {
    numbers: Numbers,
    /// The command, then the argument of those that take a word.
    word: Word,
    eprt: Eprt,
    /// Bytes of the line so far, up to one more than [`LINE_MAX`].
    length: u16,
    telnet: u8,
    phase: u8,
    /// Number of the [`Command`].
    command: u8,
    reserved: [u8; 3],
}

const _: () = assert!(size_of::<Commands>() == 48);

impl Commands {
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
        Self { phase: LOST, ..Self::default() }
    }

    /// Takes one byte; the command that it completes.
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

    /// What the PORT, EPRT or LPRT just returned announces; it stands until the next byte.
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
    announces(command) || matches!(command, Command::Epsv | Command::AuthTls | Command::ModeOther)
}
