//! The bytes of a segment: copied from the packet, and put through the grammar one by one.

use core::ffi::c_void;

use aya_ebpf::helpers::generated::bpf_loop;
use classifier_common::control::{PARSE_MAX, Segment, Session, Side, Span, hear};

use super::Kernel;
use crate::{secrets, sessions::Work, verifier::opaque};

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

impl<S: Source> Kernel<'_, S> {
    /// Copies `count` bytes of payload, from its byte `from` on; how many there are then.
    #[inline(always)]
    pub(super) fn payload(&self, segment: &Segment, from: u32, count: u32) -> u32 {
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

    /// Whether all of the payload is text, and ends a line.
    #[inline(always)]
    pub(super) fn holds_text(&self, segment: &Segment) -> bool {
        let count = self.payload(segment, 0, segment.length);
        let mut looking = Looking { work: self.work, text: count };
        // SAFETY: as for `read`.
        unsafe { bpf_loop(count, look_at_one as *mut c_void, (&raw mut looking).cast(), 0) };
        secrets::wipe(self.work);
        count != 0 && looking.text == b'\n'.into()
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
