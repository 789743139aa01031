// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! State of an inspected session, and the selection of its segments.

use core::mem::offset_of;

use super::{
    Said,
    numbers::{Position, reaches},
    stage::{Place, Reply, Stage},
    verbs::Verbs,
};
use crate::{protocol::Protocol, wire::tcp::flag};

/// Payload length up to which a pushed segment is always inspected: a reply, or the end of a text.
const SHORT: u32 = 600;

/// A segment with payload.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Spoken {
    /// Sequence number of the segment.
    pub sequence: u32,
    /// Acknowledgment number of the segment.
    pub acknowledgment: u32,
    /// Length of the payload.
    pub length: u32,
    /// TCP flags.
    pub flags: u8,
    /// 1 if the client sent it, 0 if the server did.
    pub of_client: u8,
    /// Reserved; zero.
    pub reserved: [u8; 2],
}

impl Spoken {
    #[inline(always)]
    pub(super) const fn is_of_client(&self) -> bool {
        self.of_client != 0
    }

    /// Returns whether any listener may need a segment like this: of the server only replies matter, which are short.
    #[inline(always)]
    pub(crate) const fn may_matter(of_client: bool, flags: u8, length: u32) -> bool {
        of_client || flags & flag::PSH != 0 && length <= SHORT
    }

    #[inline(always)]
    const fn is_short(&self) -> bool {
        Self::may_matter(false, self.flags, self.length)
    }
}

/// Bytes of a segment to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// All bytes from this index.
    From(u32),
    /// None: the bytes were read before, or are skipped.
    Known,
    /// None: the segment is inside a text.
    Skipped,
    /// None: the segment does not belong to this session.
    Stray,
}

/// State of an inspected session. Two CPUs may each process one direction: each writes the fields of its own
/// direction, and reads those of the other.
///
/// All zero is a session without any known state.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Listener {
    pub(super) client: Position,
    /// Number behind the skipped bytes.
    pub(super) until: u32,
    /// Number behind the command whose reply decides how to continue.
    pub(super) asked_at: u32,
    /// Number that the client is spelling.
    pub(super) number: u32,
    /// Number of inspected segments of the client.
    pub(super) inspected: u32,
    pub(super) verbs: Verbs,
    /// Number of letters in the word, or the progress of another stage.
    pub(super) letters: u8,
    pub(super) stage: Stage,
    /// Number of texts that the client has begun. Wraps, like the next two.
    pub(super) texts: u8,
    pub(super) flags: u8,
    pub(super) place: Place,
    pub(super) reply: Reply,
    pub(super) server: Position,
    pub(super) code: u16,
    /// Number of texts that the server has permitted.
    pub(super) granted: u8,
    /// Number of permitted texts behind which the server has replied again.
    pub(super) delivered: u8,
    /// 1 if the server's direction is known.
    pub(super) has_server: u8,
    reserved: [u8; 3],
}

const _: () = assert!(size_of::<Listener>() == 48);

/// Bit: the client's direction is known.
pub(super) const HAS_CLIENT: u8 = 1 << 0;
/// Bit: the client has sent data that decides nothing.
const TALKED: u8 = 1 << 1;
/// Bit: the client has asked for TLS.
const ASKED: u8 = 1 << 2;
/// Bit: the client has sent data.
pub(super) const BEGUN: u8 = 1 << 3;
/// Bit: the client sends a text without the server's permission.
pub(super) const PRESUMES: u8 = 1 << 4;
/// Bit: the next byte is the first of its segment.
pub(super) const FIRST: u8 = 1 << 5;
/// Bit: the literal is sent without permission (RFC 7888).
pub(super) const UNASKED: u8 = 1 << 6;

impl Listener {
    /// Creates a session whose client and server continue with these numbers.
    #[inline(always)]
    #[must_use]
    pub fn new(client: u32, server: u32) -> Self {
        Self {
            client: Position { next: client, acknowledged: server },
            server: Position { next: server, acknowledged: client },
            flags: HAS_CLIENT,
            has_server: 1,
            ..Self::default()
        }
    }

    /// Offset of the private field `inspected`, for tests of the layout.
    pub const INSPECTED: usize = offset_of!(Self, inspected);

    /// Returns the number of inspected segments of the client.
    #[must_use]
    pub const fn inspected(&self) -> u32 {
        self.inspected
    }

    #[inline(always)]
    pub(super) const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    #[inline(always)]
    pub(super) const fn set(&mut self, flag: u8, to: bool) {
        self.flags = if to { self.flags | flag } else { self.flags & !flag };
    }

    /// Returns whether a record of TLS would begin TLS.
    #[inline(always)]
    pub(super) const fn may_begin_tls(&self) -> bool {
        self.flags & (ASKED | TALKED) != TALKED
    }

    /// Returns whether a segment must be inspected. Inside a text this is only a segment that may end it: by
    /// a line, or by the last byte of a chunk.
    #[inline(always)]
    #[must_use]
    pub const fn inspects(&self, spoken: &Spoken) -> bool {
        let holds_end = self.until.wrapping_sub(spoken.sequence) < spoken.length;
        spoken.is_short() || spoken.is_of_client() && (holds_end || !self.is_in_bulk())
    }

    /// Returns whether the client sends data other than commands, possibly in bulk.
    #[inline(always)]
    pub(super) const fn is_in_bulk(&self) -> bool {
        match self.stage {
            Stage::Text => !self.is_text_over(),
            Stage::Skip | Stage::SkipLiteral | Stage::Lost => true,
            Stage::Start
            | Stage::Word
            | Stage::Tag
            | Stage::Mechanism
            | Stage::Rest
            | Stage::Size
            | Stage::ChunkLine
            | Stage::TextLine
            | Stage::Literal
            | Stage::LiteralLine
            | Stage::RecordKind
            | Stage::Record
            | Stage::Proxy => self.is_text_unseen(),
        }
    }

    /// Returns whether the server has permitted a text whose command was not seen.
    #[inline(always)]
    pub(super) const fn is_text_unseen(&self) -> bool {
        self.granted.wrapping_sub(self.texts).cast_signed() > 0 && self.delivered != self.granted
    }

    /// Returns whether the server has accepted or refused the text.
    #[inline(always)]
    pub(super) const fn is_text_over(&self) -> bool {
        let is_taken = self.delivered.wrapping_sub(self.texts).cast_signed() >= 0;
        is_taken || !self.is(PRESUMES) && self.is_refused()
    }

    /// Returns whether the server's last reply refuses the client's request for permission.
    #[inline(always)]
    pub(super) const fn is_refused(&self) -> bool {
        matches!(self.reply, Reply::Over)
            && self.is_leave_pending()
            && reaches(self.server.acknowledged, self.asked_at)
    }

    /// Returns whether the client's request for permission is pending.
    #[inline(always)]
    pub(super) const fn is_leave_pending(&self) -> bool {
        self.granted.wrapping_sub(self.texts).cast_signed() < 0
    }

    /// Pushes the next byte of an accepted segment. The meaning of a segment is the greatest of all its
    /// bytes; behind the [last](Said::is_last) nothing need be read.
    #[inline(always)]
    pub fn push(&mut self, protocol: Protocol, of_client: bool, byte: u8) -> Said {
        if !of_client {
            self.server.next = self.server.next.wrapping_add(1);
            self.push_server(protocol, byte);
            return Said::Nothing;
        }
        self.client.next = self.client.next.wrapping_add(1);
        let said = self.push_client(protocol, byte);
        self.flags = self.flags & !FIRST
            | match said {
                Said::Other => BEGUN | TALKED,
                Said::AsksForTls => BEGUN | ASKED,
                Said::Nothing | Said::Record | Said::LogsIn => BEGUN,
            };
        said
    }
}
