//! Ingress through XDP: every frame as the driver hands it over, before the stack.

use aya_ebpf::{
    bindings::{xdp_action::XDP_PASS, xdp_md},
    helpers::generated::bpf_xdp_get_buff_len,
    macros::xdp,
    programs::XdpContext,
};
use aya_log_ebpf::debug;
use classifier_common::{
    abi::Direction,
    classify::{commonest, walk},
    counter::Counters,
    outcome::{Outcome, Stop},
    packet::{Frame, Link},
    segments::OnWire,
};

use crate::{copied::Copied, counters, linear::Linear, tables::Maps, verifier::opaque};

/// A buffer in several parts has a first part at least this long, unless the driver splits off the
/// headers, and then the IP length gives it away: shorter ones are whole.
const MAY_HAVE_FRAGMENTS: usize = 1024;

#[xdp(frags)]
fn classifier_xdp(ctx: XdpContext) -> u32 {
    count(&ctx);
    XDP_PASS
}

#[inline(always)]
fn count(ctx: &XdpContext) {
    let Some(counters) = counters::of(ctx.ingress_ifindex() as u32, Direction::Ingress) else {
        return counters::unattributed(1);
    };
    let Some(tables) = Maps::open() else { return };
    let packet = Linear::new(ctx.data(), ctx.data_end(), &tables);
    if matches!(Link::from_raw(counters.link), Link::Ethernet)
        && let Some(outcome) = commonest(&packet, &tables)
    {
        let length = packet.len();
        let length = if length < MAY_HAVE_FRAGMENTS { length } else { whole_length(ctx.ctx) };
        return add(ctx, counters, &outcome, length);
    }
    count_any(ctx, counters);
}

#[inline(always)]
fn count_any(ctx: &XdpContext, counters: &mut Counters) {
    let mut outcome = Outcome::unpack(classifier_xdp_walk(ctx.ctx, counters.link));
    let mut length = ctx.data_end() - ctx.data();
    if length >= MAY_HAVE_FRAGMENTS || outcome.is_cut() {
        let whole = whole_length(ctx.ctx);
        if whole > length && outcome.is_cut() {
            outcome = Outcome::unpack(classifier_xdp_walk_copy(ctx.ctx, counters.link));
        }
        length = whole;
    }
    add(ctx, counters, &outcome, length);
}

#[inline(always)]
fn add(ctx: &XdpContext, counters: &mut Counters, outcome: &Outcome, length: usize) {
    debug!(ctx, "{} bytes: class {}", length, outcome.class.index());
    counters.count(outcome, OnWire { packets: 1, bytes: length as u64 }, opaque);
}

#[inline(always)]
fn whole_length(ctx: *mut xdp_md) -> usize {
    // SAFETY: callers pass the context that the kernel called the program with.
    (unsafe { bpf_xdp_get_buff_len(ctx) }) as usize
}

/// The general way. A function with a name of its own is checked by the verifier once, by itself, not
/// anew for each way that leads to it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_walk(ctx: *mut xdp_md, link: u32) -> u64 {
    let ctx = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = Linear::new(ctx.data(), ctx.data_end(), &tables);
    walk(&packet, Frame::on_wire(Link::from_raw(link)), &tables).pack()
}

/// The general way over a copy of all parts, where the first part did not hold the headers.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_walk_copy(ctx: *mut xdp_md, link: u32) -> u64 {
    let Some(tables) = Maps::open() else { return 0 };
    let length = whole_length(ctx) as u32;
    match Copied::new(&XdpContext::new(ctx), length, &tables) {
        Some(packet) => walk(&packet, Frame::on_wire(Link::from_raw(link)), &tables),
        None => Outcome::stopped(Stop::Malformed),
    }
    .pack()
}
