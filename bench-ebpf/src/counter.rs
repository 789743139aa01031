// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counter-only programs: one array look-up for the interface's block, and one addition. No per-interface
//! packet counter costs less.

use aya_ebpf::{
    EbpfContext as _,
    bindings::{__sk_buff, TC_ACT_UNSPEC, xdp_action::XDP_PASS},
    btf_maps::PerCpuArray,
    macros::{btf_map, classifier, xdp},
    programs::{TcContext, XdpContext},
};

use crate::abi::{self, Block};

#[btf_map]
static BLOCKS: PerCpuArray<Block, { abi::BLOCKS }> = PerCpuArray::new();

#[xdp(frags)]
fn counter_xdp(ctx: XdpContext) -> u32 {
    count(ctx.ingress_ifindex() as u32);
    XDP_PASS
}

#[classifier]
fn counter_tc(ctx: TcContext) -> i32 {
    // SAFETY: the context is the one that the kernel called this program with, and stays for its run.
    let skb = unsafe { &*ctx.as_ptr().cast::<__sk_buff>() };
    count(skb.ifindex);
    TC_ACT_UNSPEC
}

#[inline(always)]
fn count(ifindex: u32) {
    const MASK: u32 = abi::BLOCKS as u32 - 1;
    let Some(block) = BLOCKS.get_ptr_mut(ifindex & MASK) else { return };
    // SAFETY: this CPU's value of the map, and nobody else's while the program runs.
    unsafe {
        if (*block).ifindex == ifindex {
            (*block).packets += 1;
        }
    }
}
