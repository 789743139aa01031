// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Empty programs: the baseline of every measurement.

use aya_ebpf::{
    bindings::{TC_ACT_UNSPEC, xdp_action::XDP_PASS},
    macros::{classifier, xdp},
    programs::{TcContext, XdpContext},
};

#[xdp(frags)]
fn empty_xdp(_ctx: XdpContext) -> u32 {
    XDP_PASS
}

#[classifier]
fn empty_tc(_ctx: TcContext) -> i32 {
    TC_ACT_UNSPEC
}
