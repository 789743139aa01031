//! The tap on control connections: the kernel's maps and its ring buffer behind the tracking's verbs.

use core::{ffi::c_void, ptr::from_mut, slice};

use aya_ebpf::helpers::{bpf_get_smp_processor_id, bpf_ktime_get_ns, generated::bpf_loop};
use classifier_common::{
    control::{
        Candidate, EventKind, Flags, Hearing, JUMP_BYTES, Learned, PARSE_MAX, Policy, SEGMENT_MAX, Segment,
        Session, SessionKey, Side, Span, Stream, Tally, World, hear,
    },
    endpoint::Address,
    ports::Transport,
    tables::Tables as _,
};

use crate::{
    atomic,
    endpoints::SharedSet,
    secrets,
    sessions::{self, CANDIDATES, ENCRYPTED, EVENTS, POLICY, RATES, Rate, SESSIONS, TALLIES, Work},
    tables::Maps,
    verifier::opaque,
};

/// Behind the bits of the two directions.
const END: u64 = 1 << 2;

const SECOND: u64 = 1_000_000_000;

/// A packet whose bytes can be copied from wherever they are.
pub trait Source {
    /// Copies `length` bytes from `offset` on; `false` if they are not there.
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool;
}

/// The same number, which is from 1 to `MAX`, a power of two; told to the verifier by way of the last byte's.
#[inline(always)]
pub fn at_least_one<const MAX: usize>(number: u32) -> usize {
    const { assert!(MAX.is_power_of_two()) };
    (opaque((number as usize).wrapping_sub(1)) & (MAX - 1)) + 1
}

/// The tracking's surroundings in the kernel.
pub struct Kernel<'a, S> {
    pub packet: S,
    pub tables: &'a Maps,
    pub work: *mut Work,
}

impl<S: Source> Kernel<'_, S> {
    /// Copies `count` bytes of payload, from its byte `from` on; how many there are then.
    #[inline(always)]
    fn payload(&self, segment: &Segment, from: u32, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let count = at_least_one::<{ PARSE_MAX as usize }>(count);
        // SAFETY: this CPU's value of the map has room for PARSE_MAX bytes.
        let to = unsafe { (&raw mut (*self.work).payload).cast() };
        if self.packet.copy(segment.payload.wrapping_add(from), to, count) { count as u32 } else { 0 }
    }

    /// Puts bytes of the payload through the grammar.
    #[inline(always)]
    pub fn read(&self, segment: &Segment, session: &mut Session, span: Span) {
        let count = self.payload(segment, span.from, span.count);
        let mut reading = Reading { world: self, session };
        // SAFETY: the function is one that takes an index and the context given here, which outlives it.
        unsafe { bpf_loop(count, hear_one::<S> as *mut c_void, (&raw mut reading).cast(), 0) };
        if segment.side() == Side::Client {
            secrets::wipe(self.work);
        }
    }

    /// Sends the header and what was put behind it.
    #[inline(always)]
    fn send(&self, kind: EventKind, segment: &Segment, session: u64, length: usize) -> bool {
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
}

impl<'a, S: Source> Hearing for Kernel<'a, S> {
    type Set = SharedSet<'a>;

    #[inline(always)]
    fn policy(&self) -> Policy {
        sessions::policy()
    }

    #[inline(always)]
    fn is_known_port(&self, port: u16) -> bool {
        self.tables.port(Transport::Tcp, port).is_known()
    }

    #[inline(always)]
    fn endpoints(&self, set: usize) -> Option<Self::Set> {
        SharedSet::find(set, self.tables)
    }

    #[inline(always)]
    fn set_number(&self, set: usize) -> usize {
        SharedSet::number(set)
    }

    #[inline(always)]
    fn tally(&self, tally: Tally, number: u64) {
        if let Some(tallies) = TALLIES.get_ptr_mut(0) {
            // SAFETY: this CPU's value; a tally is a number below its length.
            unsafe { (*tallies)[tally as usize] += number };
        }
    }

    #[inline(always)]
    fn learned(&self, session: u64, learned: &Learned) {
        // SAFETY: this CPU's value of the map, and nobody else's.
        let (header, segment) = unsafe { (&mut (*self.work).header, &(*self.work).segment) };
        header.slot = learned.slot;
        header.proposed = learned.proposed.into();
        // SAFETY: a clock reading has no requirements.
        header.nanoseconds = unsafe { bpf_ktime_get_ns() }.wrapping_sub(segment.now);
        if !self.send(EventKind::Learned, segment, session, 0) {
            self.tally(Tally::EventsLost, 1);
        }
    }
}

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
        let count = self.payload(segment, 0, segment.length);
        let mut looking = Looking { work: self.work, text: count };
        // SAFETY: as for `read`.
        unsafe { bpf_loop(count, look_at_one as *mut c_void, (&raw mut looking).cast(), 0) };
        secrets::wipe(self.work);
        count != 0 && looking.text == b'\n'.into()
    }

    #[inline(never)]
    fn hand_over(&self, segment: &Segment, session: &Session) -> bool {
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

/// What reading byte by byte needs.
struct Reading<'a, 'b, S> {
    world: &'a Kernel<'b, S>,
    session: *mut Session,
}

#[inline(never)]
extern "C" fn hear_one<S: Source>(index: u32, reading: *mut Reading<'_, '_, S>) -> i64 {
    // SAFETY: the context is the one that `bpf_loop` was given; the work is this CPU's, the index below the
    // count of bytes, at most PARSE_MAX; the session is the map's value, whose direction is claimed.
    unsafe {
        let Reading { world, session } = &*reading;
        let work = world.work;
        let byte = (*work).payload[opaque(index as usize) % PARSE_MAX as usize];
        hear(*world, &(*work).segment, &mut **session, byte);
    }
    0
}

/// What looking for text needs.
struct Looking {
    work: *mut Work,
    /// The last byte, or 0 once one was no text.
    text: u32,
}

#[inline(never)]
extern "C" fn look_at_one(index: u32, looking: *mut Looking) -> i64 {
    // SAFETY: as for `hear_one`.
    let byte = unsafe { (*(*looking).work).payload[opaque(index as usize) % PARSE_MAX as usize] };
    let text = byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    // SAFETY: the context is the one that `bpf_loop` was given.
    unsafe { (*looking).text = if text { byte.into() } else { 0 } };
    i64::from(!text)
}
