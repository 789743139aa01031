//! TC on egress, which XDP cannot see, and on ingress where XDP is not taken.

use core::ffi::c_void;

use aya_ebpf::{
    bindings::{__sk_buff, TC_ACT_UNSPEC},
    helpers::generated::bpf_skb_load_bytes,
    macros::classifier,
    programs::TcContext,
};
use aya_log_ebpf::debug;
use classifier_common::{
    abi::Direction,
    classify::{commonest, relabel, walk},
    counter::Counters,
    label::Label,
    outcome::Outcome,
    packet::{Frame, HEADERS_MAX, Link},
    segments::Buffer,
    tracked::Tracked,
};

use crate::{
    counters,
    linear::Linear,
    tables::Maps,
    tap::Source,
    track::{self, Part, part},
    verifier::opaque,
};

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
        return add(ctx, counters, outcome);
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
    add(ctx, counters, outcome);
}

#[inline(always)]
fn add(ctx: &TcContext, counters: &mut Counters, mut outcome: Outcome) {
    let wire = buffer(skb(ctx)).on_wire(outcome.headers, outcome.off_wire);
    if let Some(tracked) = outcome.tracked {
        track(ctx, counters.link, &mut outcome, tracked, wire.packets as u32);
    }
    debug!(ctx, "{} packets, {} bytes: class {}", wire.packets, wire.bytes, outcome.class.index());
    counters.count(&outcome, wire, opaque);
}

#[inline(always)]
fn track(ctx: &TcContext, link: u32, outcome: &mut Outcome, tracked: Tracked, packets: u32) {
    let at = u32::from(tracked.number().get());
    let class = outcome.class.index() as u32;
    match part(outcome.class) {
        Part::Control => {
            let span = classifier_tc_receive(ctx.skb.skb, at, outcome.headers, class);
            if span != track::NOTHING {
                classifier_tc_read(ctx.skb.skb, span);
                classifier_tc_settle(ctx.skb.skb, span);
            }
        }
        Part::Data => {
            let label = classifier_tc_data(ctx.skb.skb, at, outcome.headers, class, packets);
            let Some(label) = label.checked_sub(1) else { return };
            let label = Label::unpack(label);
            (outcome.class, outcome.evidence) = (label.class, label.evidence);
            if tracked.is_first_fragment() {
                outcome.unremembered |= classifier_tc_relabel(ctx.skb.skb, link, label.pack()) == 0;
            }
        }
        Part::Neither => {}
    }
}

/// The general way. A function with a name of its own is checked by the verifier once, by itself, not
/// anew for each way that leads to it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_walk(ctx: *mut __sk_buff, link: u32) -> u64 {
    let ctx = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let skb = skb(&ctx);
    walk(&linear(skb, &tables), frame(skb, link), &tables).pack()
}

/// Whether a packet is of an announced data connection. Apart, as the general way is, and those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_data(
    ctx: *mut __sk_buff,
    tracked: u32,
    headers: u32,
    class: u32,
    packets: u32,
) -> u32 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = linear(skb(&context), &tables);
    track::label(&packet, Whole(ctx), &tables, (tracked, headers), (class, packets))
}

/// Takes a segment of a control connection: the bytes to read.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_receive(ctx: *mut __sk_buff, tracked: u32, headers: u32, class: u32) -> u64 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return track::NOTHING };
    track::receive(&linear(skb(&context), &tables), Whole(ctx), &tables, (tracked, headers), class)
}

/// Reads these bytes of it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_read(ctx: *mut __sk_buff, span: u64) -> u32 {
    if let Some(tables) = Maps::open() {
        track::read(Whole(ctx), &tables, span);
    }
    0
}

/// Settles it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_settle(ctx: *mut __sk_buff, span: u64) -> u32 {
    if let Some(tables) = Maps::open() {
        track::settle(Whole(ctx), &tables, span);
    }
    0
}

/// Keeps another label for the later fragments of this one's datagram; 0 if there was no room.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_relabel(ctx: *mut __sk_buff, link: u32, label: u32) -> u32 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let skb = skb(&context);
    relabel(&linear(skb, &tables), frame(skb, link), &tables, Label::unpack(label)).into()
}

/// All parts of a socket buffer.
struct Whole(*mut __sk_buff);

impl Source for Whole {
    #[inline(always)]
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool {
        // SAFETY: the context is the one that the kernel called the program with; callers give room for as
        // many bytes as they ask for.
        unsafe { bpf_skb_load_bytes(self.0.cast(), offset, to, length as u32) == 0 }
    }
}

#[inline(always)]
fn frame(skb: &__sk_buff, link: u32) -> Frame {
    // Were the compiler to know that it is at most 1, the loop over the tags would end by that alone; a verifier
    // up to 6.1 forgets it with a spill to the stack, and finds the loop endless.
    let tags_aside = opaque((skb.vlan_present & 1) as usize) as u8;
    Frame { link: Link::from_raw(link), tags_aside }
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
