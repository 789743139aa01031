//! One direction's bytes: which of a segment are new.

/// Bytes that one packet has read of it at most; what is beyond them is handed to the agent.
pub const PARSE_MAX: u32 = 512;

/// Bytes back to which those passed over are still wanted.
const WANTED_MAX: u32 = 1 << 20;

/// One direction of a control connection. Numbers are those of RFC 9293 §3.4, and wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Stream {
    /// The byte that is read next.
    pub next: u32,
    /// Up to where the other side has everything.
    pub acknowledged: u32,
    /// Bytes beyond a hole, which the agent was handed: the first,
    pub beyond: u32,
    /// and the one behind the last; the same if there are none.
    pub beyond_end: u32,
    /// Bytes that were passed over and that the agent may still want: up to here,
    pub passed: u32,
    /// and as many as these.
    pub passed_bytes: u32,
}

/// What to do with a segment's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Nothing: it is known, or none of this connection.
    Ignore,
    /// Read it but for the first bytes, which are known.
    Read(u32),
    /// Read it; as many bytes before it are lost for good.
    ReadAfterLoss(u32),
    /// It is beyond a hole, or fills one that was passed over.
    HandOver,
}

/// Whether `a` is at or behind `b`.
#[inline(always)]
pub(super) const fn reaches(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) < 1 << 31
}

impl Stream {
    /// A direction that goes on with this number, everything before it known to both sides.
    #[inline(always)]
    #[must_use]
    pub const fn from(next: u32) -> Self {
        Self { next, acknowledged: next, beyond: 0, beyond_end: 0, passed: 0, passed_bytes: 0 }
    }

    /// What to do with a payload of `length` bytes from `sequence` on.
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
            return if self.wants(sequence, length) { Plan::HandOver } else { Plan::Ignore };
        }
        if reaches(self.acknowledged, sequence) {
            return Plan::ReadAfterLoss(ahead);
        }
        Plan::HandOver
    }

    /// Whether some of `length` bytes from `sequence` on, all of them behind, were passed over.
    #[inline(always)]
    pub(super) const fn wants(&self, sequence: u32, length: u32) -> bool {
        self.passed_bytes != 0
            && reaches(self.passed, sequence)
            && self.passed.wrapping_sub(sequence) < self.passed_bytes.wrapping_add(length)
    }

    /// A payload was handed over; whether it is the last beyond the hole.
    #[inline(always)]
    pub(super) const fn handed(&mut self, sequence: u32, end: u32) -> bool {
        if !reaches(sequence, self.next) {
            return false;
        }
        let first = !self.has_beyond();
        if first || !reaches(sequence, self.beyond) {
            self.beyond = sequence;
        }
        let last = first || reaches(end, self.beyond_end);
        if last {
            self.beyond_end = end;
        }
        last
    }

    /// Whether bytes beyond a hole were handed over.
    #[inline(always)]
    pub(super) const fn has_beyond(&self) -> bool {
        self.beyond != self.beyond_end
    }

    /// The bytes were read up to `end`: where to go on, past what was handed over from there on.
    #[inline(always)]
    pub(super) const fn advance(&mut self, end: u32) -> u32 {
        self.next = end;
        if !self.has_beyond() || !reaches(end, self.beyond) {
            return end;
        }
        let to = self.beyond_end;
        self.beyond = to;
        if reaches(end, to) { end } else { to }
    }

    /// Passes over the bytes between `from` and `to`. What of those passed over before is still on its way
    /// stays wanted.
    #[inline(always)]
    pub(super) const fn pass(&mut self, from: u32, to: u32) {
        let count = to.wrapping_sub(from);
        let both = to.wrapping_sub(self.passed).wrapping_add(self.passed_bytes);
        let keep = self.passed_bytes != 0 && !reaches(self.acknowledged, self.passed) && both <= WANTED_MAX;
        self.passed_bytes = if keep { both } else { count };
        self.passed = to;
        self.next = to;
    }

    /// Whether a reset with this number ends the connection: RFC 5961 §3 asks for the very number that comes
    /// next. That is one more behind a FIN, and another where bytes were not seen.
    #[inline(always)]
    pub(super) const fn may_end(&self, sequence: u32) -> bool {
        sequence.wrapping_sub(self.next) <= 1
            || sequence.wrapping_sub(self.acknowledged) <= 1
            || self.has_beyond() && sequence.wrapping_sub(self.beyond_end) <= 1
    }

    /// The other side has everything up to here.
    #[inline(always)]
    pub(super) const fn acknowledge(&mut self, number: u32) {
        if reaches(number, self.acknowledged) {
            self.acknowledged = number;
        }
    }
}
