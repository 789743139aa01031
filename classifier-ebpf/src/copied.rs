// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packet access through a copy, for headers outside the first part of an XDP buffer.

use aya_ebpf::{helpers::generated::bpf_xdp_load_bytes, programs::XdpContext};
use classifier_common::packet::{HEADERS_MAX, Packet};

use crate::{
    linear::load_array,
    maps::HEADERS,
    ports::Ports,
    verifier::{barrier_var, widen},
};

/// The first bytes of a packet, copied to this CPU's map value.
pub struct Copied<'a> {
    bytes: *const u8,
    length: usize,
    ports: &'a Ports,
}

impl<'a> Copied<'a> {
    /// Copies the first bytes of the packet, which has `length` bytes in all. `ports` provides the 0 that
    /// widens offsets.
    #[inline(always)]
    pub fn new(ctx: &XdpContext, length: u32, ports: &'a Ports) -> Option<Self> {
        let to = HEADERS.get_ptr_mut(0)?.cast::<u8>();
        // Checked by the last byte's index: older verifiers do not learn from `length == 0` that it is at
        // least 1.
        let last = barrier_var((length as usize).min(HEADERS_MAX).wrapping_sub(1));
        if last >= HEADERS_MAX {
            return None;
        }
        let length = last + 1;
        // SAFETY: the value of the map has room for HEADERS_MAX bytes, and is this CPU's alone: XDP runs with
        // bottom halves disabled, so that no other run of the program comes between copy and reading.
        let result = unsafe { bpf_xdp_load_bytes(ctx.ctx, 0, to.cast(), length as u32) };
        (result == 0).then_some(Self { bytes: to, length, ports })
    }
}

impl Packet for Copied<'_> {
    #[inline(always)]
    fn barrier(&self, offset: usize) -> usize {
        widen(offset, self.ports.zero())
    }

    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let offset = barrier_var(offset);
        // Hidden from each other: the compiler would drop the first check as implied by the second, which
        // verifiers up to 6.1 cannot conclude.
        if offset > HEADERS_MAX - N || barrier_var(offset + N) > self.length {
            return None;
        }
        // SAFETY: the N bytes from `offset` lie within the `length` that were copied.
        Some(unsafe { load_array(self.bytes as usize + offset) })
    }
}
