// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Byte stream of one direction: finds the new bytes of a segment.

/// Size of a chunk in which a payload is copied and read.
pub const PARSE_MAX: u32 = 512;

/// Maximum number of bytes read of one segment: the longest payload of an IP packet, GSO or not.
pub const READ_MAX: u32 = 1 << 16;

/// Maximum distance back to skipped bytes that are still wanted.
const WANTED_MAX: u32 = 1 << 20;

/// Maximum distance back to the first number of a session whose SYN-ACK comes late.
const LATE_MAX: u32 = 1 << 16;

/// Stream of one direction of a control connection. Sequence numbers are those of RFC 9293 §3.4, and wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Stream {
    /// Number of the next byte to read.
    pub next: u32,
    /// Number up to which the other side has acknowledged.
    pub acknowledged: u32,
    /// Number of the first byte behind a gap that was forwarded to the agent.
    pub ahead: u32,
    /// Number behind the last byte forwarded; equal to `ahead` if there are none.
    pub ahead_end: u32,
    /// Number behind the skipped bytes that the agent may still need.
    pub skipped: u32,
    /// Number of these skipped bytes.
    pub skipped_bytes: u32,
    /// Number of the first byte that a CPU forwarded while another one had claimed this direction.
    pub contended: u32,
    /// Number behind the last of these bytes; equal to `contended` if there are none.
    pub contended_end: u32,
    /// 1 if these bytes end with a line feed.
    pub contended_whole: u32,
}

/// Treatment of a segment's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Ignore the payload: it is known, or does not belong to this connection.
    Ignore,
    /// Read the payload without its first bytes, which are known.
    Read(u32),
    /// Read the payload; this many bytes before it are lost.
    ReadAfterLoss(u32),
    /// Forward the payload: it is behind a gap, or fills a skipped one.
    Forward,
}

/// Returns whether `a` is at or behind `b`.
#[inline(always)]
pub(super) const fn reaches(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) < 1 << 31
}

impl Stream {
    /// Creates a direction that continues with this number, with everything before it known to both sides.
    #[inline(always)]
    #[must_use]
    pub const fn from(next: u32) -> Self {
        Self {
            next,
            acknowledged: next,
            ahead: 0,
            ahead_end: 0,
            skipped: 0,
            skipped_bytes: 0,
            contended: 0,
            contended_end: 0,
            contended_whole: 0,
        }
    }

    /// Returns whether the stream stands at this number, or not far behind it. A later connection between the same ports has
    /// numbers further on (RFC 6528 §3).
    #[inline(always)]
    pub(super) const fn has_passed(&self, number: u32) -> bool {
        self.next.wrapping_sub(number) < LATE_MAX
    }

    /// Plans the treatment of `length` bytes from `sequence`.
    #[inline(always)]
    pub(super) const fn plan(&self, sequence: u32, length: u32) -> Plan {
        let ahead = sequence.wrapping_sub(self.next);
        if ahead == 0 {
            return Plan::Read(0);
        }
        if ahead >= 1 << 31 {
            let known = ahead.wrapping_neg();
            if known < length {
                return Plan::Read(known);
            }
            return if self.wants(sequence, length) { Plan::Forward } else { Plan::Ignore };
        }
        if reaches(self.acknowledged, sequence) {
            return Plan::ReadAfterLoss(ahead);
        }
        Plan::Forward
    }

    /// Returns whether some of `length` bytes from `sequence`, all before `next`, were skipped.
    #[inline(always)]
    pub(super) const fn wants(&self, sequence: u32, length: u32) -> bool {
        self.skipped_bytes != 0
            && reaches(self.skipped, sequence)
            && self.skipped.wrapping_sub(sequence) < self.skipped_bytes.wrapping_add(length)
    }

    /// Notes a forwarded payload; returns whether it is the last behind the gap.
    #[inline(always)]
    pub(super) const fn forwarded(&mut self, sequence: u32, end: u32) -> bool {
        if !reaches(sequence, self.next) {
            return false;
        }
        let first = !self.has_ahead();
        if first || !reaches(sequence, self.ahead) {
            self.ahead = sequence;
        }
        let last = first || reaches(end, self.ahead_end);
        if last {
            self.ahead_end = end;
        }
        last
    }

    /// Notes a payload that was forwarded without a claim on this direction. The CPU with the claim processes
    /// the note.
    #[inline(always)]
    pub(super) const fn contend(&mut self, sequence: u32, end: u32, whole: bool) {
        self.contended = sequence;
        self.contended_end = end;
        self.contended_whole = whole as u32;
    }

    /// Processes the last note of [`Self::contend`]; returns whether that payload is the last behind the gap.
    #[inline(always)]
    pub(super) const fn take_contended(&mut self) -> bool {
        let (first, end) = (self.contended, self.contended_end);
        self.contended = end;
        first != end && self.forwarded(first, end)
    }

    /// Returns whether bytes behind a gap were forwarded.
    #[inline(always)]
    pub(super) const fn has_ahead(&self) -> bool {
        self.ahead != self.ahead_end
    }

    /// Advances to `end`, and past bytes that were forwarded from there on; returns the new number.
    #[inline(always)]
    pub(super) const fn advance(&mut self, end: u32) -> u32 {
        self.next = end;
        if !self.has_ahead() || !reaches(end, self.ahead) {
            return end;
        }
        let to = self.ahead_end;
        self.ahead = to;
        if reaches(end, to) { end } else { to }
    }

    /// Skips the bytes between `from` and `to`. Bytes skipped earlier that are still in flight remain wanted.
    #[inline(always)]
    pub(super) const fn skip(&mut self, from: u32, to: u32) {
        let count = to.wrapping_sub(from);
        let both = to.wrapping_sub(self.skipped).wrapping_add(self.skipped_bytes);
        let keep = self.skipped_bytes != 0 && !reaches(self.acknowledged, self.skipped) && both <= WANTED_MAX;
        self.skipped_bytes = if keep { both } else { count };
        self.skipped = to;
        self.next = to;
    }

    /// Returns whether a reset with this number ends the connection. RFC 5961 §3 requires exactly the next
    /// number, which is one more behind a FIN, and unknown after unseen bytes.
    #[inline(always)]
    pub(super) const fn may_end(&self, sequence: u32) -> bool {
        sequence.wrapping_sub(self.next) <= 1
            || sequence.wrapping_sub(self.acknowledged) <= 1
            || self.has_ahead() && sequence.wrapping_sub(self.ahead_end) <= 1
    }

    /// Notes that the other side has everything up to this number.
    #[inline(always)]
    pub(super) const fn acknowledge(&mut self, number: u32) {
        if reaches(number, self.acknowledged) {
            self.acknowledged = number;
        }
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
