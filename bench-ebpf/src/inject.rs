// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A program that sends packets as frames, which the receiving driver passes to XDP. It runs in a test run
//! with live frames (`BPF_F_TEST_XDP_LIVE_FRAMES`).

use aya_ebpf::{
    bindings::xdp_action::XDP_DROP,
    helpers::generated::{bpf_redirect, bpf_xdp_store_bytes},
    macros::xdp,
    programs::XdpContext,
};

use crate::draw::draw;

/// Sends a drawn packet out of the interface with the target's index. All packets have the length of the test
/// run's frame.
#[xdp]
fn inject_xdp(ctx: XdpContext) -> u32 {
    let Some(drawn) = draw() else { return XDP_DROP };
    // SAFETY: the context is the one that the kernel called the program with; the bytes are a map's value.
    unsafe {
        bpf_xdp_store_bytes(ctx.ctx, 0, drawn.bytes(), drawn.kept());
        if let Some(number) = drawn.varied() {
            bpf_xdp_store_bytes(ctx.ctx, drawn.packet().varied_at, (&raw const number).cast_mut().cast(), 2);
        }
        bpf_redirect(drawn.target, 0).cast_unsigned() as u32
    }
}
