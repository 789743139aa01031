//! Packet access by copying, for headers that may be outside the first part of an XDP buffer.

use aya_ebpf::bindings::xdp_md;
use classifier_common::packet::{HEADERS_MAX, Packet};

use crate::{
    linear::load_array,
    maps::{self, HEADER_MAX, Work},
    tap::PacketBytes,
    verifier::widen,
};

/// All parts of a buffer. Each header is copied to this CPU's memory when it is read.
pub struct Parts {
    ctx: *mut xdp_md,
    work: *mut Work,
}

impl Parts {
    /// Wraps the packet of `ctx`.
    #[inline(always)]
    pub fn new(ctx: *mut xdp_md) -> Option<Self> {
        Some(Self { ctx, work: maps::work()? })
    }
}

impl Packet for Parts {
    #[inline(always)]
    fn barrier_end(&self, end: usize) -> usize {
        self.barrier(end.min(HEADERS_MAX))
    }

    #[inline(always)]
    fn barrier(&self, offset: usize) -> usize {
        // SAFETY: this CPU's value of the map, and nobody else's.
        widen(offset, unsafe { (&raw const (*self.work).zero).read_volatile() })
    }

    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        const { assert!(N <= HEADER_MAX) };
        // SAFETY: as above.
        let bytes = unsafe { &raw mut (*self.work).header_bytes };
        if offset > HEADERS_MAX - N || !self.ctx.copy(offset as u32, bytes.cast(), N) {
            return None;
        }
        // SAFETY: the N bytes that were just copied.
        Some(unsafe { load_array(bytes as usize) })
    }
}
