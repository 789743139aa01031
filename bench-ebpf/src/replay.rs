// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs that replace their packet by one drawn at random, and tail-call the program under test.
//!
//! A test run alone repeats one packet, whose branches the processor soon predicts. The random order never
//! repeats and cannot be predicted. The replay's own cost is the same for every program, so it cancels out in
//! differences.

use aya_ebpf::{
    bindings::{TC_ACT_SHOT, xdp_action::XDP_ABORTED},
    btf_maps::ProgramArray,
    helpers::generated::{
        bpf_skb_change_tail, bpf_skb_store_bytes, bpf_xdp_adjust_tail, bpf_xdp_store_bytes,
    },
    macros::{btf_map, classifier, xdp},
    programs::{TcContext, XdpContext},
};

use crate::{abi, draw::draw};

#[btf_map]
static TARGETS_XDP: ProgramArray<{ abi::TARGETS }> = ProgramArray::new();

#[btf_map]
static TARGETS_TC: ProgramArray<{ abi::TARGETS }> = ProgramArray::new();

/// Replaces the packet and calls the target. The return value tells that no target was called.
#[xdp(frags)]
fn replay_xdp(ctx: XdpContext) -> u32 {
    if let Some(drawn) = draw() {
        let length = (ctx.data_end() - ctx.data()) as u32;
        // SAFETY: the context is the one that the kernel called the program with; the bytes are a map's value.
        unsafe {
            bpf_xdp_adjust_tail(ctx.ctx, drawn.packet().length.wrapping_sub(length).cast_signed());
            bpf_xdp_store_bytes(ctx.ctx, 0, drawn.bytes(), drawn.kept());
            if let Some(number) = drawn.step() {
                bpf_xdp_store_bytes(
                    ctx.ctx,
                    drawn.packet().number_at,
                    (&raw const number).cast_mut().cast(),
                    4,
                );
            }
            drawn.drain();
            TARGETS_XDP.tail_call(&ctx, drawn.target);
        }
    }
    XDP_ABORTED
}

/// Replaces the packet and calls the target. The return value tells that no target was called.
#[classifier]
fn replay_tc(ctx: TcContext) -> i32 {
    if let Some(drawn) = draw() {
        let skb = ctx.skb.skb;
        // SAFETY: as above.
        unsafe {
            bpf_skb_change_tail(skb, drawn.packet().length, 0);
            bpf_skb_store_bytes(skb, 0, drawn.bytes(), drawn.kept(), 0);
            if let Some(number) = drawn.step() {
                bpf_skb_store_bytes(skb, drawn.packet().number_at, (&raw const number).cast(), 4, 0);
            }
            drawn.drain();
            TARGETS_TC.tail_call(&ctx, drawn.target);
        }
    }
    TC_ACT_SHOT
}
