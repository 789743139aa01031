//! Bytes that the programs passed over, read from the payloads that were handed over.

use classifier_common::control::{Hearing, Segment, hear};

use super::event::Jump;

/// A payload that was handed over.
#[derive(Debug)]
pub(super) struct Piece {
    /// Number of its first byte.
    pub first: u32,
    /// What was handed over of it.
    pub bytes: Vec<u8>,
    /// Bytes behind these that were too many to be handed over.
    pub cut: u32,
    /// When it was read from the ring buffer.
    pub since: u64,
}

/// A jump, and how far its bytes have been read.
#[derive(Debug)]
pub(super) struct Reading {
    jump: Jump,
    next: u32,
    at_line_end: bool,
    /// When it was read from the ring buffer.
    pub since: u64,
}

/// Whether `a` is at or behind `b`, as sequence numbers are (RFC 9293 §3.4).
pub(super) const fn reaches(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) < 1 << 31
}

impl Piece {
    /// The number behind its last byte.
    #[expect(clippy::cast_possible_truncation, reason = "no more than an IP packet holds")]
    pub(super) const fn end(&self) -> u32 {
        self.first.wrapping_add(self.bytes.len() as u32)
    }

    /// Its bytes from this number on, and whether the one behind them was cut off; `None` if it has nothing
    /// to say about it.
    fn from(&self, number: u32) -> Option<(&[u8], bool)> {
        let known = number.wrapping_sub(self.first) as usize;
        let rest = self.bytes.get(known..)?;
        let cut = self.cut > 0;
        (cut || !rest.is_empty()).then_some((rest, cut))
    }
}

impl Reading {
    /// Nothing of the jump has been read.
    pub(super) const fn new(jump: Jump, since: u64) -> Self {
        let next = jump.from;
        Self { jump, next, at_line_end: false, since }
    }

    /// The number of the byte that is read next.
    pub(super) const fn next(&self) -> u32 {
        self.next
    }

    /// Reads on as far as the pieces go; `true` when the jump's last line has ended, or its end is known to
    /// be lost.
    pub(super) fn advance<H: Hearing>(&mut self, world: &H, pieces: &[Piece]) -> bool {
        while !self.is_done() {
            let found = pieces.iter().filter_map(|piece| piece.from(self.next));
            let Some((bytes, cut)) = found.max_by_key(|(bytes, _)| bytes.len()) else { return false };
            if bytes.is_empty() && cut {
                return true;
            }
            self.hear(world, bytes);
        }
        true
    }

    /// Whether bytes of the jump itself are still missing.
    pub(super) const fn is_missing_some(&self) -> bool {
        !reaches(self.next, self.jump.to)
    }

    /// Puts bytes through the grammar, to the end of the jump's last line.
    fn hear<H: Hearing>(&mut self, world: &H, bytes: &[u8]) {
        let Jump { key, side, came, .. } = self.jump;
        let segment = Segment { key, now: came, side: side as u8, ..Segment::default() };
        for byte in bytes {
            hear(world, &segment, &mut self.jump.session, *byte);
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
