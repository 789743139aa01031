//! Packet access through a copy: for headers outside the first part of an XDP buffer.

use aya_ebpf::{
    btf_maps::PerCpuArray, helpers::generated::bpf_xdp_load_bytes, macros::btf_map, programs::XdpContext,
};
use classifier_common::packet::{HEADERS_MAX, Packet};

use crate::{
    linear::load_array,
    tables::Maps,
    verifier::{forget, opaque},
};

#[btf_map]
static HEADERS: PerCpuArray<[u8; HEADERS_MAX], 1> = PerCpuArray::new();

/// The first bytes of a packet, copied to where this CPU keeps room for them.
pub struct Copied<'a> {
    bytes: *const u8,
    length: usize,
    tables: &'a Maps,
}

impl<'a> Copied<'a> {
    /// Copies what `ctx` has, `length` bytes in all; a 0 of `tables` serves to forget by.
    #[inline(always)]
    pub fn new(ctx: &XdpContext, length: u32, tables: &'a Maps) -> Option<Self> {
        let to = HEADERS.get_ptr_mut(0)?.cast::<u8>();
        // Checked by way of the last byte: older verifiers do not learn from `length == 0` that it is at least 1.
        let last = opaque((length as usize).min(HEADERS_MAX).wrapping_sub(1));
        if last >= HEADERS_MAX {
            return None;
        }
        let length = last + 1;
        // SAFETY: the value of the map has room for HEADERS_MAX bytes, and is this CPU's alone: XDP runs with
        // bottom halves disabled, so that no other run of the program comes between copy and reading.
        let result = unsafe { bpf_xdp_load_bytes(ctx.ctx, 0, to.cast(), length as u32) };
        (result == 0).then_some(Self { bytes: to, length, tables })
    }
}

impl Packet for Copied<'_> {
    #[inline(always)]
    fn forget(&self, offset: usize) -> usize {
        forget(offset, self.tables.zero())
    }

    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let offset = opaque(offset);
        // Hidden from each other: of the second the compiler would conclude the first, which verifiers up to 6.1 cannot.
        if offset > HEADERS_MAX - N || opaque(offset + N) > self.length {
            return None;
        }
        // SAFETY: the N bytes from `offset` lie within the `length` that were copied.
        Some(unsafe { load_array(self.bytes as usize + offset) })
    }
}
