// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Stages of the client's and the server's parsers.

/// Stage of the client's next byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stage {
    /// Beginning of a line.
    #[default]
    Start = 0,
    /// Word of a command.
    Word = 1,
    /// Tag before the command (RFC 9051 §2.2.1).
    Tag = 2,
    /// Argument of FTP's `AUTH` (RFC 2228 §3).
    Mechanism = 3,
    /// Rest of a line.
    Rest = 4,
    /// Size of a chunk (RFC 3030 §2), or the blanks before it.
    Size = 5,
    /// Rest of the line with the size of a chunk.
    ChunkLine = 6,
    /// Rest of the line before a text.
    TextLine = 7,
    /// Size of a literal (RFC 9051 §4.3).
    Literal = 8,
    /// End of the line with the size of a literal.
    LiteralLine = 9,
    /// Skipped chunk, or content of a PROXY header.
    Skip = 10,
    /// Skipped literal.
    SkipLiteral = 11,
    /// Text (RFC 5321 §4.1.1.4).
    Text = 12,
    /// Unknown: perhaps inside a text or a chunk, because bytes before it were not seen.
    Lost = 13,
    /// Type of a TLS record.
    RecordKind = 14,
    /// Version of a TLS record.
    Record = 15,
    /// PROXY header of version 2.
    Proxy = 16,
}

impl Stage {
    /// Returns the stage behind skipped bytes.
    #[inline(always)]
    pub(super) const fn behind_skipped(self) -> Self {
        if matches!(self, Self::SkipLiteral) { Self::Rest } else { Self::Start }
    }

    /// Returns the stage after a byte of a line that is ignored.
    #[inline(always)]
    pub(super) const fn rest(byte: u8) -> Self {
        if byte == b'\n' { Self::Start } else { Self::Rest }
    }

    /// Returns whether a segment that begins in this stage may begin with a TLS record. If a part of a
    /// handshake was not seen, a segment more often begins with a record than with a line.
    #[inline(always)]
    pub(super) const fn may_hold_record(self) -> bool {
        !matches!(
            self,
            Self::Text | Self::Skip | Self::SkipLiteral | Self::RecordKind | Self::Record | Self::Proxy
        )
    }
}

/// Last reply of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Reply {
    /// No known reply.
    #[default]
    None = 0,
    /// Request to continue: 354 (RFC 5321 §4.3.2), `+` (RFC 9051 §7.6).
    GoAhead = 1,
    /// A command succeeded.
    Done = 2,
    /// A command was refused; in IMAP, a command has ended.
    Over = 3,
}

/// Place of the server's next byte in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Place {
    /// Beginning of the line.
    #[default]
    Start = 0,
    /// Behind one digit of the code.
    One = 1,
    /// Behind two digits of the code.
    Two = 2,
    /// Behind three digits of the code.
    Three = 3,
    /// In the ignored rest.
    Rest = 4,
}
