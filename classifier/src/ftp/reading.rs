// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads bytes that the programs skipped from the forwarded payloads.

use classifier_common::control::{LineEnv, Segment, push_byte};

use super::event::Jump;

/// A forwarded payload.
#[derive(Debug)]
pub(super) struct Piece {
    /// Sequence number of its first byte.
    pub first: u32,
    /// Forwarded bytes.
    pub bytes: Vec<u8>,
    /// Number of bytes after these that were not forwarded.
    pub cut: u32,
    /// Time at which it was read from the ring buffer.
    pub since: u64,
}

/// A jump, with the position up to which its bytes have been read.
#[derive(Debug)]
pub(super) struct Reading {
    jump: Jump,
    next: u32,
    at_line_end: bool,
    /// Time at which it was read from the ring buffer.
    pub since: u64,
}

/// Tells whether `a` is at or after `b`, as sequence numbers (RFC 9293 §3.4).
pub(super) const fn reaches(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) < 1 << 31
}

impl Piece {
    /// Returns the sequence number after the last byte.
    #[expect(clippy::cast_possible_truncation, reason = "no more than an IP packet holds")]
    pub(super) const fn end(&self) -> u32 {
        self.first.wrapping_add(self.bytes.len() as u32)
    }

    /// Returns the bytes from this number on, and whether the next one was cut; `None` if the piece has
    /// neither.
    fn from(&self, number: u32) -> Option<(&[u8], bool)> {
        let known = number.wrapping_sub(self.first) as usize;
        let rest = self.bytes.get(known..)?;
        let cut = self.cut > 0;
        (cut || !rest.is_empty()).then_some((rest, cut))
    }
}

impl Reading {
    /// Creates a reading of which nothing has been read.
    pub(super) const fn new(jump: Jump, since: u64) -> Self {
        let next = jump.from;
        Self { jump, next, at_line_end: false, since }
    }

    /// Returns the sequence number of the next byte.
    pub(super) const fn next(&self) -> u32 {
        self.next
    }

    /// Reads as far as the pieces reach; `true` when the jump's last line has ended, or its end is lost.
    pub(super) fn advance<E: LineEnv>(&mut self, env: &E, pieces: &[Piece]) -> bool {
        while !self.is_done() {
            let found = pieces.iter().filter_map(|piece| piece.from(self.next));
            let Some((bytes, cut)) = found.max_by_key(|(bytes, _)| bytes.len()) else { return false };
            if bytes.is_empty() && cut {
                return true;
            }
            self.push_byte(env, bytes);
        }
        true
    }

    /// Tells whether bytes of the jump itself are still missing.
    pub(super) const fn is_missing_some(&self) -> bool {
        !reaches(self.next, self.jump.to)
    }

    /// Passes bytes to the grammar, to the end of the jump's last line.
    fn push_byte<E: LineEnv>(&mut self, env: &E, bytes: &[u8]) {
        let Jump { key, side, came, .. } = self.jump;
        let segment = Segment { key, now: came, side: side as u8, ..Segment::default() };
        for byte in bytes {
            push_byte(env, &segment, &mut self.jump.session, *byte);
            self.next = self.next.wrapping_add(1);
            self.at_line_end = *byte == b'\n';
            if self.is_done() {
                return;
            }
        }
    }

    const fn is_done(&self) -> bool {
        self.at_line_end && !self.is_missing_some()
    }
}
