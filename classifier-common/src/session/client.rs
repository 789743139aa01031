// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parser of the client's side.

use super::{
    Said,
    listener::{BEGUN, FIRST, Listener, UNASKED},
    stage::Stage,
    verbs::Verbs,
};
use crate::protocol::Protocol;

/// Types of TLS records (RFC 8446 §5.1), each followed by version 3.x.
const RECORDS: core::ops::RangeInclusive<u8> = 20..=23;

/// First twelve bytes of a PROXY header of version 2, as two words.
const SIGNATURE: [u64; 2] = [u64::from_be_bytes(*b"\r\n\r\n\0\r\nQ"), u64::from_be_bytes(*b"UIT\n\0\0\0\0")];

/// Length of that header. Its last two bytes give the number of bytes behind it.
const PROXY_HEADER: u8 = 16;

/// Progress towards the end of a text: none, behind CR, CR LF, CR LF `.`, and CR LF `.` CR.
const CARRIAGE_RETURN: u8 = 1;
const LINE_START: u8 = 2;
const DOT: u8 = 3;
const DOT_CARRIAGE_RETURN: u8 = 4;

impl Listener {
    /// Pushes a byte of the client.
    #[inline(always)]
    pub(super) fn push_client(&mut self, protocol: Protocol, byte: u8) -> Said {
        if self.is(FIRST) && RECORDS.contains(&byte) && self.stage.may_hold_record() && self.may_begin_tls() {
            self.stage = Stage::RecordKind;
        }
        if self.stage == Stage::Proxy && self.is_proxy(byte) {
            return Said::Nothing;
        }
        if self.stage == Stage::Start {
            self.start(protocol, byte);
        }
        match self.stage {
            Stage::Word => self.word(protocol, byte),
            Stage::Tag => self.tag(protocol, byte),
            Stage::Mechanism => self.mechanism(byte),
            Stage::Rest => self.rest(protocol, byte),
            Stage::Size | Stage::ChunkLine => self.chunk(byte),
            Stage::TextLine => self.begin_text(byte),
            Stage::Literal | Stage::LiteralLine => self.literal(byte),
            Stage::Skip | Stage::SkipLiteral => {
                if self.client.next == self.until {
                    self.stage = self.stage.behind_skipped();
                }
                Said::Nothing
            }
            Stage::Text => self.text(byte),
            Stage::Start | Stage::Lost | Stage::Proxy => Said::Nothing,
            Stage::RecordKind | Stage::Record => self.record(byte),
        }
    }

    /// Processes the first byte of a line, which selects the next stage.
    #[inline(always)]
    fn start(&mut self, protocol: Protocol, byte: u8) {
        let is_first = !self.is(BEGUN);
        let proxy = if is_first { Verbs::PROXY } else { Verbs::NONE };
        self.letters = 0;
        if byte == b'\r' && is_first {
            (self.stage, self.letters) = (Stage::Proxy, 1);
        } else if byte == b'\r' || byte == b'\n' {
            // An empty line.
        } else if RECORDS.contains(&byte) && self.may_begin_tls() {
            self.stage = Stage::RecordKind;
        } else if protocol == Protocol::IMAP {
            (self.stage, self.verbs) = (Stage::Tag, proxy);
        } else {
            (self.stage, self.verbs) = (Stage::Word, Verbs::of(protocol).or(proxy));
        }
    }

    /// Processes the first or second byte of a record.
    #[inline(always)]
    fn record(&mut self, byte: u8) -> Said {
        if self.stage == Stage::RecordKind {
            self.stage = Stage::Record;
            return Said::Nothing;
        }
        if byte == 3 {
            return Said::Record;
        }
        self.stage = Stage::rest(byte);
        Said::Other
    }

    /// Processes a byte of a tag, or of `PROXY` instead of a tag.
    #[inline(always)]
    fn tag(&mut self, protocol: Protocol, byte: u8) -> Said {
        if byte == b'\n' {
            self.stage = Stage::Start;
            return Said::Other;
        }
        if byte != b' ' {
            self.verbs = self.verbs.with(self.letters, byte);
            self.letters = self.letters.saturating_add(1);
            return Said::Nothing;
        }
        if self.verbs.of_length(self.letters) == Verbs::PROXY {
            self.stage = Stage::Rest;
        } else {
            (self.verbs, self.letters, self.stage) = (Verbs::of(protocol), 0, Stage::Word);
        }
        Said::Nothing
    }

    /// Processes a byte of a command's word, or the byte behind it.
    #[inline(always)]
    fn word(&mut self, protocol: Protocol, byte: u8) -> Said {
        if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            self.verbs = self.verbs.with(self.letters, byte);
            self.letters = self.letters.saturating_add(1);
            if self.verbs != Verbs::NONE {
                return Said::Nothing;
            }
            self.stage = Stage::Rest;
            return Said::Other;
        }
        let verb = self.verbs.of_length(self.letters);
        let has_argument = byte == b' ';
        self.stage = Stage::rest(byte);
        self.number = 0;
        if verb == Verbs::PROXY {
            return Said::Nothing;
        }
        if verb == Verbs::STARTTLS || verb == Verbs::STLS {
            return Said::AsksForTls;
        }
        if verb == Verbs::DATA {
            self.stage = Stage::TextLine;
            self.begin_text(byte);
            return Said::Other;
        }
        if !has_argument {
            return Said::Other;
        }
        if verb == Verbs::BDAT {
            self.stage = Stage::Size;
            return Said::Other;
        }
        if verb == Verbs::AUTH && protocol == Protocol::FTP_CONTROL {
            (self.verbs, self.letters, self.stage) = (Verbs::TLS.or(Verbs::SSL), 0, Stage::Mechanism);
            return Said::Nothing;
        }
        if verb == Verbs::NONE { Said::Other } else { Said::LogsIn }
    }

    /// Processes a byte of the mechanism: `TLS`, `SSL`, or one with such a prefix (RFC 4217 §3).
    #[inline(always)]
    fn mechanism(&mut self, byte: u8) -> Said {
        self.verbs = self.verbs.with(self.letters, byte);
        self.letters = self.letters.saturating_add(1);
        if self.verbs == Verbs::NONE {
            self.stage = Stage::rest(byte);
            return Said::Other;
        }
        if self.letters < 3 {
            return Said::Nothing;
        }
        self.stage = Stage::Rest;
        Said::AsksForTls
    }

    #[inline(always)]
    fn rest(&mut self, protocol: Protocol, byte: u8) -> Said {
        self.stage = Stage::rest(byte);
        if byte == b'{' && protocol == Protocol::IMAP {
            (self.stage, self.number) = (Stage::Literal, 0);
            self.set(UNASKED, false);
        }
        Said::Nothing
    }

    /// Appends a digit to the current number.
    #[inline(always)]
    const fn spell(&mut self, digit: u8) {
        self.number = self.number.saturating_mul(10).saturating_add((digit - b'0') as u32);
    }

    /// Processes a byte of the line with the size of a chunk.
    #[inline(always)]
    const fn chunk(&mut self, byte: u8) -> Said {
        if byte == b'\n' {
            self.until = self.client.next.wrapping_add(self.number);
            self.stage = if self.number == 0 {
                Stage::Start
            } else if self.number >= 1 << 31 {
                Stage::Lost
            } else {
                Stage::Skip
            };
        } else if byte.is_ascii_digit() && matches!(self.stage, Stage::Size) {
            self.spell(byte);
        } else if self.number != 0 {
            self.stage = Stage::ChunkLine;
        }
        Said::Nothing
    }

    /// Processes a byte of the line that requests permission for a text.
    #[inline(always)]
    const fn begin_text(&mut self, byte: u8) -> Said {
        if byte == b'\n' {
            self.texts = self.texts.wrapping_add(1);
            (self.stage, self.letters, self.asked_at) = (Stage::Text, LINE_START, self.client.next);
        }
        Said::Nothing
    }

    #[inline(always)]
    fn literal(&mut self, byte: u8) -> Said {
        match byte {
            b'0'..=b'9' if self.stage == Stage::Literal => self.spell(byte),
            b'+' if self.stage == Stage::Literal => self.set(UNASKED, true),
            b'}' if self.stage == Stage::Literal => self.stage = Stage::LiteralLine,
            b'\r' if self.stage == Stage::LiteralLine => {}
            b'\n' if self.stage == Stage::LiteralLine && self.number != 0 && self.number < 1 << 31 => {
                self.until = self.client.next.wrapping_add(self.number);
                (self.stage, self.asked_at) = (Stage::SkipLiteral, self.client.next);
            }
            b'\n' if self.stage == Stage::LiteralLine => self.stage = Stage::Rest,
            _ => self.stage = Stage::rest(byte),
        }
        Said::Nothing
    }

    /// Processes a byte of a text, which ends with a line of a single dot.
    #[inline(always)]
    const fn text(&mut self, byte: u8) -> Said {
        self.letters = match (byte, self.letters) {
            (b'\n', DOT_CARRIAGE_RETURN) => {
                self.stage = Stage::Start;
                0
            }
            (b'\n', CARRIAGE_RETURN) => LINE_START,
            (b'\r', DOT) => DOT_CARRIAGE_RETURN,
            (b'\r', _) => CARRIAGE_RETURN,
            (b'.', LINE_START) => DOT,
            _ => 0,
        };
        Said::Nothing
    }

    /// Returns whether a byte belongs to a PROXY header of version 2. The same first bytes may also be empty
    /// lines.
    #[inline(always)]
    fn is_proxy(&mut self, byte: u8) -> bool {
        let at = self.letters;
        self.letters = at.saturating_add(1);
        let word = if at < 8 { SIGNATURE[0] } else { SIGNATURE[1] };
        let expected = word >> (56 - 8 * u32::from(at & 7)) & 0xff;
        let is_part = match at {
            0..12 => u64::from(byte) == expected,
            12 => byte >> 4 == 2,
            _ => true,
        };
        if !is_part {
            self.stage = if at == 2 || at == 4 { Stage::Start } else { Stage::Rest };
            return false;
        }
        self.number = (self.number << 8 | u32::from(byte)) & 0xffff;
        if self.letters == PROXY_HEADER {
            self.until = self.client.next.wrapping_add(self.number);
            self.stage = if self.number == 0 { Stage::Start } else { Stage::Skip };
        }
        true
    }
}
