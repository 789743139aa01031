// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP sessions and candidates in their maps, and session events for the agent.

use aya_ebpf::helpers::{bpf_get_smp_processor_id, bpf_ktime_get_ns};
use classifier_common::{
    address::Address,
    control::{
        ControlSide, Embryonic, EventKind, Flags, JUMP_BYTES, LineEnv as _, Segment, SegmentEnv, Session,
        SessionKey, Stream, Tally,
    },
    endpoint::{Hit, Kind, Query},
};

use super::{KernelEnv, bytes::PacketBytes};
use crate::{atomic, global_fns::GlobalFns, maps::SESSIONS, pairs, recent};

/// Bit of a packed hit, behind the kind: the announcement was a proposal until now.
pub const CONFIRMED: u32 = 1 << 8;

/// Bit that claims the end of a session, behind the bits of the two directions.
const END: u64 = 1 << 2;

/// Bit that claims counting an encrypted session for its host pair.
const ACCOUNTED: u64 = 1 << 3;

impl<S: GlobalFns + PacketBytes> SegmentEnv for KernelEnv<'_, S> {
    #[inline(always)]
    fn look(&self, query: &Query) -> Option<Hit> {
        // SAFETY: this CPU's value of the map, and nobody else's.
        unsafe { (*self.work).query = *query };
        let packed = self.packet.look(self.work).checked_sub(1)?;
        Some(Hit { kind: Kind::from_number(packed as u8), confirmed: packed & CONFIRMED != 0 })
    }

    #[inline(always)]
    fn stamp(&self, segment: &mut Segment) {
        // SAFETY: a clock reading has no requirements.
        segment.now = unsafe { bpf_ktime_get_ns() };
    }

    #[inline(always)]
    fn embryonic(&self, _: &SessionKey) -> Option<Embryonic> {
        recent::candidate()
    }

    #[inline(always)]
    fn keep_embryonic(&self, _: &SessionKey, embryonic: &Embryonic) {
        recent::keep_candidate(embryonic);
    }

    #[inline(always)]
    fn drop_embryonic(&self, _: &SessionKey) {
        recent::classifier_drop_candidate();
    }

    #[inline(never)]
    fn begin(&self, segment: &Segment, [client, server]: [u32; 2], flags: u32) -> bool {
        // SAFETY: this CPU's value of the map, and nobody else's.
        let new = unsafe { &mut (*self.work).new };
        *new = Session::default();
        // SAFETY: reading the CPU's number has no requirements.
        let cpu = unsafe { bpf_get_smp_processor_id() };
        new.id = segment.now << 8 | u64::from(cpu & 0xff);
        (new.since, new.last) = (segment.now, segment.now);
        new.streams = [Stream::from(client), Stream::from(server)];
        new.flags = Flags::from_bits(flags);
        SESSIONS.insert(&segment.key, &*new, 0).is_ok()
    }

    #[inline(always)]
    fn claim(&self, session: &mut Session, side: ControlSide) -> bool {
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
    fn release(&self, session: &mut Session, side: ControlSide) {
        // SAFETY: as above.
        unsafe { atomic::and(&raw mut session.busy, !(1 << side as u64)) };
    }

    #[inline(never)]
    fn beginning(&self, segment: &Segment, from: u32) -> [u8; 4] {
        if segment.length < from.saturating_add(4) || self.payload(segment, from, 4) == 0 {
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
    fn is_text(&self, segment: &Segment, from: u32) -> bool {
        self.holds_text(segment, from)
    }

    #[inline(never)]
    fn forward(&self, segment: &Segment, session: &Session) -> bool {
        self.forward(segment, session)
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

    #[inline(always)]
    fn claim_account(&self, session: &mut Session) -> bool {
        // SAFETY: as above.
        unsafe { atomic::fetch_or(&raw mut session.busy, ACCOUNTED) & ACCOUNTED == 0 }
    }

    #[inline(always)]
    fn release_account(&self, session: &mut Session) -> bool {
        // SAFETY: as above.
        unsafe { atomic::fetch_and(&raw mut session.busy, !ACCOUNTED) & ACCOUNTED != 0 }
    }

    #[inline(always)]
    fn join_pair(&self, _: &SessionKey) -> bool {
        pairs::join(self.work)
    }

    #[inline(always)]
    fn leave_pair(&self, _: &SessionKey) {
        pairs::leave(self.work);
    }

    #[inline(always)]
    fn has_encrypted(&self, client: Address, server: Address) -> bool {
        pairs::has(client, server)
    }
}
