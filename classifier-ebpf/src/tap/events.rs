// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Events for the agent through the ring buffer. Segments are forwarded within a rate per source.

use core::{ptr::from_mut, slice};

use classifier_common::control::{
    ControlSide, EventKind, LineEnv as _, SEGMENT_MAX, Segment, Session, Tally,
};

use super::{
    KernelEnv,
    bytes::{PacketBytes, at_least_one},
};
use crate::{
    maps::{EVENTS, RATES, Rate},
    secrets,
    verifier::barrier_var,
};

const SECOND: u64 = 1_000_000_000;

impl<S: PacketBytes> KernelEnv<'_, S> {
    /// Sends the event header and `length` bytes of the body.
    #[inline(always)]
    pub(super) fn send(&self, kind: EventKind, segment: &Segment, session: u64, length: usize) -> bool {
        // SAFETY: this CPU's value of the map, and nobody else's.
        let header = unsafe { &mut (*self.work).header };
        header.kind = kind as u32;
        header.length = length as u32;
        header.session = session;
        header.segment = *segment;
        let length = barrier_var(length) & (2 * SEGMENT_MAX - 1);
        let size = size_of_val(header) + length.min(SEGMENT_MAX);
        // SAFETY: the body follows the header in `Work`, with room for SEGMENT_MAX bytes.
        let event = unsafe { slice::from_raw_parts(from_mut(header).cast::<u8>(), size) };
        EVENTS.output_untyped::<[u8]>(event, 0).is_ok()
    }

    /// Returns whether the segment's source is within its rate.
    #[inline(always)]
    fn is_within_rate(&self, segment: &Segment) -> bool {
        let source = match segment.side() {
            ControlSide::Client => &segment.key.client,
            ControlSide::Server => &segment.key.server,
        };
        let second = segment.now / SECOND;
        let Some(rate) = RATES.get_ptr_mut(source) else {
            let noted = RATES.insert(source, Rate { second, segments: 1 }, 0).is_ok();
            return noted && self.config().control_rate > 0;
        };
        // SAFETY: a value of the map. An addition that another CPU makes meanwhile may be lost, which only
        // loosens the limit.
        let rate = unsafe { &mut *rate };
        if rate.second != second {
            (rate.second, rate.segments) = (second, 0);
        }
        rate.segments += 1;
        rate.segments <= self.config().control_rate
    }

    /// Forwards a segment's payload if its source is within its rate; returns whether it was sent.
    #[inline(always)]
    pub(super) fn forward(&self, segment: &Segment, session: &Session) -> bool {
        if !self.is_within_rate(segment) {
            self.tally(Tally::RejectedRateLimited, 1);
            return false;
        }
        let count = at_least_one::<SEGMENT_MAX>(segment.length.min(SEGMENT_MAX as u32));
        // SAFETY: this CPU's value of the map has room for SEGMENT_MAX bytes.
        let to = unsafe { (&raw mut (*self.work).body).cast() };
        let copied = self.packet.copy(segment.payload, to, count);
        if copied && segment.side() == ControlSide::Client {
            secrets::redact(self.work, count as u32);
        }
        let sent = copied && self.send(EventKind::Segment, segment, session.id, count);
        self.tally(if sent { Tally::Segments } else { Tally::SegmentsLost }, 1);
        sent
    }
}
