//! What the agent is told: events through the ring buffer, and segments no faster than their source may have them sent.

use core::{ptr::from_mut, slice};

use classifier_common::control::{EventKind, Hearing as _, SEGMENT_MAX, Segment, Session, Side, Tally};

use super::{
    Kernel,
    bytes::{Source, at_least_one},
};
use crate::{
    secrets,
    sessions::{EVENTS, RATES, Rate},
    verifier::opaque,
};

const SECOND: u64 = 1_000_000_000;

impl<S: Source> Kernel<'_, S> {
    /// Sends the header and what was put behind it.
    #[inline(always)]
    pub(super) fn send(&self, kind: EventKind, segment: &Segment, session: u64, length: usize) -> bool {
        // SAFETY: this CPU's value of the map, and nobody else's.
        let header = unsafe { &mut (*self.work).header };
        header.kind = kind as u32;
        header.length = length as u32;
        header.session = session;
        header.segment = *segment;
        let length = opaque(length) & (2 * SEGMENT_MAX - 1);
        let size = size_of_val(header) + length.min(SEGMENT_MAX);
        // SAFETY: the body follows the header in `Work`, with room for SEGMENT_MAX bytes.
        let event = unsafe { slice::from_raw_parts(from_mut(header).cast::<u8>(), size) };
        EVENTS.output_untyped::<[u8]>(event, 0).is_ok()
    }

    /// Whether the segment's source is within its rate.
    #[inline(always)]
    fn is_within_rate(&self, segment: &Segment) -> bool {
        let source = match segment.side() {
            Side::Client => &segment.key.client,
            Side::Server => &segment.key.server,
        };
        let second = segment.now / SECOND;
        let Some(rate) = RATES.get_ptr_mut(source) else {
            let noted = RATES.insert(source, Rate { second, segments: 1 }, 0).is_ok();
            return noted && self.policy().control_rate > 0;
        };
        // SAFETY: a value of the map; what another CPU adds meanwhile may be lost, one in many.
        let rate = unsafe { &mut *rate };
        if rate.second != second {
            (rate.second, rate.segments) = (second, 0);
        }
        rate.segments += 1;
        rate.segments <= self.policy().control_rate
    }

    /// Sends a segment's payload, if its source is within its rate; whether it was sent.
    #[inline(always)]
    pub(super) fn pass_on(&self, segment: &Segment, session: &Session) -> bool {
        if !self.is_within_rate(segment) {
            self.tally(Tally::RejectedRateLimited, 1);
            return false;
        }
        let count = at_least_one::<SEGMENT_MAX>(segment.length.min(SEGMENT_MAX as u32));
        // SAFETY: this CPU's value of the map has room for SEGMENT_MAX bytes.
        let to = unsafe { (&raw mut (*self.work).body).cast() };
        let copied = self.packet.copy(segment.payload, to, count);
        if copied && segment.side() == Side::Client {
            secrets::blank(self.work, count as u32);
        }
        let sent = copied && self.send(EventKind::Segment, segment, session.id, count);
        self.tally(if sent { Tally::Segments } else { Tally::SegmentsLost }, 1);
        sent
    }
}
