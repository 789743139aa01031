// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The FTP tracking's environment in the kernel: maps and ring buffer behind its traits.

mod bytes;
mod env;
mod events;

use aya_ebpf::helpers::bpf_ktime_get_ns;
use classifier_common::{
    control::{EventKind, Learned, LineEnv, Tally, TrackingConfig},
    ports::Transport,
};

pub use bytes::{PacketBytes, at_least_one};
pub use env::CONFIRMED;

use crate::{
    endpoints::CountedBucket,
    maps::{self, TALLIES, Work},
    ports::Ports,
};

/// The environment of one packet's tracking.
pub struct KernelEnv<'a, S> {
    pub packet: S,
    pub ports: &'a Ports,
    pub work: *mut Work,
}

impl<'a, S: PacketBytes> LineEnv for KernelEnv<'a, S> {
    type Bucket = CountedBucket<'a>;

    #[inline(always)]
    fn config(&self) -> TrackingConfig {
        maps::policy()
    }

    #[inline(always)]
    fn is_known_port(&self, port: u16) -> bool {
        self.ports.port(Transport::Tcp, port).is_known()
    }

    #[inline(always)]
    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket> {
        CountedBucket::find(bucket, self.ports)
    }

    #[inline(always)]
    fn bucket_number(&self, bucket: usize) -> usize {
        CountedBucket::number(bucket)
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
