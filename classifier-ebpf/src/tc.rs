//! TC on egress, which XDP cannot see, and on ingress where XDP is not taken.

use aya_ebpf::{
    bindings::{__sk_buff, TC_ACT_UNSPEC},
    macros::classifier,
    programs::TcContext,
};
use aya_log_ebpf::debug;
use classifier_common::{
    abi::Direction,
    classify::{commonest, walk},
    counter::Counters,
    outcome::Outcome,
    packet::{Frame, HEADERS_MAX, Link},
    segments::Buffer,
};

use crate::{counters, linear::Linear, tables::Maps, verifier::opaque};

#[classifier]
fn classifier_in(ctx: TcContext) -> i32 {
    count(&ctx, Direction::Ingress);
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_out(ctx: TcContext) -> i32 {
    count(&ctx, Direction::Egress);
    TC_ACT_UNSPEC
}

#[inline(always)]
fn count(ctx: &TcContext, direction: Direction) {
    let skb = skb(ctx);
    let Some(counters) = counters::of(skb.ifindex, direction) else {
        return counters::unattributed(u64::from(skb.gso_segs.max(1)));
    };
    let Some(tables) = Maps::open() else { return };
    if matches!(Link::from_raw(counters.link), Link::Ethernet)
        && let Some(outcome) = commonest(&linear(skb, &tables), &tables)
    {
        return add(ctx, counters, &outcome);
    }
    count_any(ctx, counters);
}

#[inline(always)]
fn count_any(ctx: &TcContext, counters: &mut Counters) {
    let skb = skb(ctx);
    let mut outcome = Outcome::unpack(classifier_tc_walk(ctx.skb.skb, counters.link));
    if outcome.is_cut() && skb.len > skb.data_end - skb.data {
        // A failure leaves the packet as it was, and the outcome at `malformed`.
        let _ = ctx.pull_data(skb.len.min(HEADERS_MAX as u32));
        outcome = Outcome::unpack(classifier_tc_walk(ctx.skb.skb, counters.link));
    }
    add(ctx, counters, &outcome);
}

#[inline(always)]
fn add(ctx: &TcContext, counters: &mut Counters, outcome: &Outcome) {
    let wire = buffer(skb(ctx)).on_wire(outcome.headers, outcome.off_wire);
    debug!(ctx, "{} packets, {} bytes: class {}", wire.packets, wire.bytes, outcome.class.index());
    counters.count(outcome, wire, opaque);
}

/// The general way. A function with a name of its own is checked by the verifier once, by itself, not
/// anew for each way that leads to it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_walk(ctx: *mut __sk_buff, link: u32) -> u64 {
    let ctx = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let skb = skb(&ctx);
    // Were the compiler to know that it is at most 1, the loop over the tags would end by that alone; a verifier
    // up to 6.1 forgets it with a spill to the stack, and finds the loop endless.
    let tags_aside = opaque((skb.vlan_present & 1) as usize) as u8;
    let frame = Frame { link: Link::from_raw(link), tags_aside };
    walk(&linear(skb, &tables), frame, &tables).pack()
}

#[inline(always)]
fn skb(ctx: &TcContext) -> &__sk_buff {
    // SAFETY: the context is the one that the kernel called this program with, and stays for its run.
    unsafe { &*ctx.skb.skb }
}

#[inline(always)]
fn linear<'a>(skb: &__sk_buff, tables: &'a Maps) -> Linear<'a> {
    Linear::new(skb.data as usize, skb.data_end as usize, tables).super_packet(skb.len, skb.gso_size)
}

#[inline(always)]
fn buffer(skb: &__sk_buff) -> Buffer {
    Buffer {
        length: skb.len,
        gso_size: skb.gso_size,
        gso_segs: skb.gso_segs,
        wire_length: skb.wire_len,
        tags_aside: skb.vlan_present & 1,
    }
}
