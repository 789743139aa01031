//! Sessions and candidates in their maps, and what is told of them: the tracking's verbs.

use aya_ebpf::helpers::bpf_get_smp_processor_id;
use classifier_common::{
    control::{
        Candidate, EventKind, Flags, Hearing as _, JUMP_BYTES, Segment, Session, SessionKey, Side, Stream,
        Tally, World,
    },
    endpoint::Address,
};

use super::{Kernel, bytes::Source};
use crate::{
    atomic,
    sessions::{CANDIDATES, ENCRYPTED, POLICY, SESSIONS},
};

/// Behind the bits of the two directions.
const END: u64 = 1 << 2;

impl<S: Source> World for Kernel<'_, S> {
    #[inline(always)]
    fn candidate(&self, key: &SessionKey) -> Option<Candidate> {
        // SAFETY: copied at once; a slot reused meanwhile gives numbers that do not fit.
        unsafe { CANDIDATES.get(key) }.copied()
    }

    #[inline(always)]
    fn keep_candidate(&self, key: &SessionKey, candidate: &Candidate) {
        // An LRU map refuses when another CPU holds the bucket: the next segment is considered alike.
        let _ = CANDIDATES.insert(key, candidate, 0);
    }

    #[inline(always)]
    fn drop_candidate(&self, key: &SessionKey) {
        // It may never have been there.
        let _ = CANDIDATES.remove(key);
    }

    #[inline(never)]
    fn begin(&self, segment: &Segment, [client, server]: [u32; 2], flags: u32) -> bool {
        // SAFETY: this CPU's value of the map, and nobody else's.
        let new = unsafe { &mut (*self.work).new };
        *new = Session::default();
        // SAFETY: asking for the CPU's number has no requirements.
        let cpu = unsafe { bpf_get_smp_processor_id() };
        new.id = segment.now << 8 | u64::from(cpu & 0xff);
        (new.since, new.last) = (segment.now, segment.now);
        new.streams = [Stream::from(client), Stream::from(server)];
        new.flags = Flags::from_bits(flags);
        SESSIONS.insert(&segment.key, &*new, 0).is_ok()
    }

    #[inline(always)]
    fn claim(&self, session: &mut Session, side: Side) -> bool {
        let bit = 1 << side as u64;
        // SAFETY: eight aligned bytes of the map's value.
        unsafe { atomic::fetch_or(&raw mut session.busy, bit) & bit == 0 }
    }

    #[inline(always)]
    fn claim_end(&self, session: &mut Session) -> bool {
        // SAFETY: as above.
        unsafe { atomic::fetch_or(&raw mut session.busy, END) & END == 0 }
    }

    #[inline(always)]
    fn release(&self, session: &mut Session, side: Side) {
        // SAFETY: as above.
        unsafe { atomic::and(&raw mut session.busy, !(1 << side as u64)) };
    }

    #[inline(never)]
    fn beginning(&self, segment: &Segment) -> [u8; 4] {
        if segment.length < 4 || self.payload(segment, 0, 4) == 0 {
            return [0; 4];
        }
        // SAFETY: this CPU's value; the four bytes were just copied.
        unsafe { (&raw const (*self.work).payload).cast::<[u8; 4]>().read() }
    }

    #[inline(never)]
    fn ends_line(&self, segment: &Segment) -> bool {
        if segment.length == 0 || self.payload(segment, segment.length.wrapping_sub(1), 1) == 0 {
            return false;
        }
        // SAFETY: this CPU's value; the byte was just copied.
        unsafe { (&raw const (*self.work).payload).cast::<u8>().read() == b'\n' }
    }

    #[inline(never)]
    fn is_text(&self, segment: &Segment) -> bool {
        self.holds_text(segment)
    }

    #[inline(never)]
    fn hand_over(&self, segment: &Segment, session: &Session) -> bool {
        self.pass_on(segment, session)
    }

    #[inline(never)]
    fn jump(&self, segment: &Segment, session: &Session, from: u32, to: u32) {
        // SAFETY: this CPU's value of the map, with room for a session.
        unsafe {
            (&raw mut (*self.work).body).cast::<Session>().write_unaligned(*session);
            (*self.work).header.from = from;
            (*self.work).header.to = to;
        }
        if !self.send(EventKind::Jump, segment, session.id, JUMP_BYTES) {
            self.tally(Tally::EventsLost, 1);
        }
    }

    #[inline(never)]
    fn full(&self, segment: &Segment) {
        if !self.send(EventKind::Full, segment, 0, 0) {
            self.tally(Tally::EventsLost, 1);
        }
    }

    #[inline(never)]
    fn ended(&self, segment: &Segment, session: &Session) {
        if !self.send(EventKind::Ended, segment, session.id, 0) {
            self.tally(Tally::EventsLost, 1);
        }
    }

    #[inline(never)]
    fn encrypted(&self, key: &SessionKey, change: i64) {
        let pair = [key.client, key.server];
        if let Some(policy) = POLICY.get_ptr_mut(0) {
            // SAFETY: eight aligned bytes of the map's value.
            unsafe { atomic::add(&raw mut (*policy).encrypted, change.cast_unsigned()) };
        }
        if let Some(sessions) = ENCRYPTED.get_ptr_mut(pair) {
            // SAFETY: as above.
            unsafe { atomic::add(sessions.cast(), change.cast_unsigned()) };
        } else if change > 0 && ENCRYPTED.insert(pair, change, 0).is_err() {
            self.tally(Tally::SessionsRefused, 1);
        }
    }

    #[inline(always)]
    fn has_encrypted(&self, client: Address, server: Address) -> bool {
        // SAFETY: eight bytes, copied at once.
        unsafe { ENCRYPTED.get([client, server]) }.is_some_and(|sessions| *sessions > 0)
    }
}
