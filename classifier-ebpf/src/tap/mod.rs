//! The tap on control connections: the kernel's maps and its ring buffer behind the tracking's verbs.

mod bytes;
mod events;
mod world;

use aya_ebpf::helpers::bpf_ktime_get_ns;
use classifier_common::{
    control::{EventKind, Hearing, Learned, Policy, Tally},
    ports::Transport,
    tables::Tables as _,
};

pub use bytes::{Source, at_least_one};

use crate::{
    endpoints::SharedSet,
    sessions::{self, TALLIES, Work},
    tables::Maps,
};

/// The tracking's surroundings in the kernel.
pub struct Kernel<'a, S> {
    pub packet: S,
    pub tables: &'a Maps,
    pub work: *mut Work,
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
