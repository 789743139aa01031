// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Acceptance of segments: which bytes are read, by the numbers of both directions.

use super::{
    listener::{FIRST, HAS_CLIENT, Listener, PRESUMES, Spoken, UNASKED, Unread},
    numbers::{are_near, reaches},
    stage::{Place, Reply, Stage},
};
use crate::protocol::Protocol;

impl Listener {
    /// Accepts a segment, and returns the bytes to read. For a segment that is read in parts, returns the
    /// next part.
    #[inline(always)]
    pub fn accept(&mut self, protocol: Protocol, spoken: &Spoken) -> Unread {
        if !self.inspects(spoken) {
            return Unread::Skipped;
        }
        if spoken.is_of_client() { self.accept_client(protocol, spoken) } else { self.accept_server(spoken) }
    }

    #[inline(always)]
    fn accept_server(&mut self, spoken: &Spoken) -> Unread {
        let Spoken { sequence, acknowledgment, length, .. } = *spoken;
        let is_known = self.has_server != 0;
        let near = are_near(sequence, self.server.next) || are_near(sequence, self.client.acknowledged);
        if is_known && !near {
            return Unread::Stray;
        }
        let behind = self.server.next.wrapping_sub(sequence);
        let is_new = !is_known || !reaches(self.server.next, sequence);
        if !is_new && behind >= length {
            return Unread::Known;
        }
        if is_new {
            // A reply is sent in one segment.
            (self.server.next, self.place) = (sequence, Place::Start);
        }
        self.server.acknowledged = acknowledgment;
        self.has_server = 1;
        Unread::From(if is_new { 0 } else { behind })
    }

    #[inline(always)]
    fn accept_client(&mut self, protocol: Protocol, spoken: &Spoken) -> Unread {
        let Spoken { sequence, acknowledgment, length, .. } = *spoken;
        let near = are_near(sequence, self.client.next)
            || self.has_server != 0 && are_near(sequence, self.server.acknowledged)
            || self.is_in_bulk() && are_near(sequence, self.until);
        if self.is(HAS_CLIENT) && !near {
            return Unread::Stray;
        }
        let behind = self.client.next.wrapping_sub(sequence);
        let is_gap = !self.is(HAS_CLIENT) || !reaches(self.client.next, sequence);
        if !is_gap && behind >= length {
            return Unread::Known;
        }
        if is_gap || behind == 0 {
            self.begin_segment(protocol, sequence, is_gap);
        }
        self.client.acknowledged = acknowledgment;
        self.skip(sequence.wrapping_add(length))
            .map_or(Unread::Known, |next| Unread::From(next.wrapping_sub(sequence)))
    }

    /// Begins a segment of the client, in the light of the server's replies so far.
    #[inline(always)]
    fn begin_segment(&mut self, protocol: Protocol, sequence: u32, is_gap: bool) {
        self.inspected = self.inspected.wrapping_add(1);
        let is_settled =
            self.has_server != 0 && self.server.acknowledged == sequence && self.reply != Reply::GoAhead;
        if self.stage == Stage::Text && (self.is_text_over() || is_gap && is_settled && !self.is(PRESUMES)) {
            self.stage = Stage::Start;
            self.texts = self.texts.wrapping_sub(self.is_refused().into());
        }
        // A literal that the server has refused is not sent.
        let is_refused = is_settled && self.reply == Reply::Over && self.asked_at == sequence;
        if self.stage == Stage::SkipLiteral && is_refused && !self.is(UNASKED) {
            self.stage = Stage::Start;
        }
        if self.stage == Stage::Lost && is_settled {
            self.stage = Stage::Start;
        }
        if is_gap {
            self.stage = self.behind_gap(protocol, sequence, is_settled);
            (self.client.next, self.letters) = (sequence, 0);
        }
        if self.is_text_unseen() {
            (self.stage, self.texts) = (Stage::Text, self.granted);
        } else if is_settled && self.stage != Stage::Text {
            self.texts = self.granted;
        }
        self.set(PRESUMES, self.stage == Stage::Text && self.is_leave_pending());
        self.set(FIRST | HAS_CLIENT, true);
    }

    /// Returns the client's stage behind a gap, at the segment with this number.
    #[inline(always)]
    fn behind_gap(&self, protocol: Protocol, sequence: u32, is_settled: bool) -> Stage {
        let is_skipped = self.is_skipping() && reaches(self.until, sequence);
        if self.stage == Stage::Text || is_skipped {
            self.stage
        } else if is_settled {
            Stage::Start
        } else if protocol == Protocol::SMTP {
            // A chunk may have begun whose end is unknown.
            Stage::Lost
        } else {
            Stage::Rest
        }
    }

    /// Skips the skippable bytes of a segment up to its end. Returns the number of the next byte, if there is
    /// one.
    #[inline(always)]
    const fn skip(&mut self, end: u32) -> Option<u32> {
        if self.is_skipping() && !reaches(self.client.next, self.until) {
            if !reaches(end, self.until) {
                self.client.next = end;
                return None;
            }
            self.client.next = self.until;
        }
        if self.is_skipping() {
            self.stage = self.stage.behind_skipped();
        }
        if self.client.next == end { None } else { Some(self.client.next) }
    }

    #[inline(always)]
    const fn is_skipping(&self) -> bool {
        matches!(self.stage, Stage::Skip | Stage::SkipLiteral)
    }
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
