// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packet access for headers that may be outside the first part of an XDP buffer.

use aya_ebpf::bindings::xdp_md;
use classifier_common::packet::{HEADERS_MAX, Packet};

use crate::{
    linear::{self, load_array},
    maps::{self, HEADER_MAX, Work},
    tap::PacketBytes,
    verifier::widen,
};

/// All parts of a buffer. A header outside the first part is copied to this CPU's memory when it is read, which
/// costs 50 ns.
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
        // SAFETY: the context is the one that the kernel called this program with, and stays for its run.
        let (data, end) = unsafe { ((*self.ctx).data as usize, (*self.ctx).data_end as usize) };
        if let Some(header) = linear::read(data, end, offset) {
            return Some(header);
        }
        // SAFETY: as for `barrier`.
        let bytes = unsafe { &raw mut (*self.work).header_bytes };
        if offset > HEADERS_MAX - N || !self.ctx.copy(offset as u32, bytes.cast(), N) {
            return None;
        }
        // SAFETY: the N bytes that were just copied.
        Some(unsafe { load_array(bytes as usize) })
    }
}
