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
    classify::{relabel, sender, walk},
    commonest::{Judged, commonest},
    connection::{Vantage, concerns},
    counter::Counters,
    label::Label,
    outcome::Outcome,
    packet::{Frame, HEADERS_MAX, Link},
    segments::{Buffer, OnWire},
    shadow::{Facts, source},
    tracked::Tracked,
};

use crate::{
    counters, follow,
    linear::Linear,
    shadow, sources,
    tables::Maps,
    tap::Source,
    track::{self, Part, part},
    verifier::opaque,
    view::LinearView,
};

#[classifier]
fn classifier_in(ctx: TcContext) -> i32 {
    count_any(&ctx, Direction::Ingress);
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_out(ctx: TcContext) -> i32 {
    count_any(&ctx, Direction::Egress);
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_pin(ctx: TcContext) -> i32 {
    try_policy(&ctx, Direction::Ingress);
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_pout(ctx: TcContext) -> i32 {
    try_policy(&ctx, Direction::Egress);
    TC_ACT_UNSPEC
}

#[inline(always)]
fn count_any(ctx: &TcContext, direction: Direction) {
    if !is_counted(ctx, direction, |counters| Counting { ctx, counters }) {
        follow(ctx, direction, classifier_tc_other(ctx.skb.skb, direction as u32));
    }
}

/// Follows the connection that a packet says something about.
#[inline(always)]
fn follow(ctx: &TcContext, direction: Direction, outcome: u64) {
    if Outcome::may_concern(outcome) && classifier_tc_follow(ctx.skb.skb, outcome, direction as u32) != 0 {
        follow::classifier_connection();
    }
}

/// Counts a packet, and tries the policy on it. Programs of their own: the others know nothing of policies.
#[inline(always)]
fn try_policy(ctx: &TcContext, direction: Direction) {
    if !is_counted(ctx, direction, |counters| Trying { counting: Counting { ctx, counters }, direction }) {
        follow(ctx, direction, classifier_tc_tried(ctx.skb.skb, direction as u32));
    }
}

/// Counts a packet of one of the commonest shapes, on an Ethernet interface.
#[inline(always)]
fn is_counted<'a, J: Judged>(
    ctx: &TcContext,
    direction: Direction,
    judged: impl FnOnce(&'a mut Counters) -> J,
) -> bool {
    let skb = skb(ctx);
    let Some(counters) = counters::of_ethernet(skb.ifindex, &(direction as u32)) else { return false };
    let Some(tables) = Maps::open() else { return false };
    let frame = LinearView::new(skb.data as usize, skb.data_end as usize);
    commonest(frame, &tables, judged(counters))
}

/// The counters that a judgement goes to.
struct Counting<'a> {
    ctx: &'a TcContext,
    counters: &'a mut Counters,
}

impl Judged for Counting<'_> {
    #[inline(always)]
    fn take(self, outcome: Outcome) {
        self.counters.count_other(&outcome, on_wire(self.ctx, &outcome), opaque);
    }

    #[inline(always)]
    fn take_data(self, outcome: Outcome) {
        self.counters.count(&outcome, on_wire(self.ctx, &outcome), opaque);
    }
}

/// The same, and the policy.
struct Trying<'a> {
    counting: Counting<'a>,
    direction: Direction,
}

impl Trying<'_> {
    #[inline(always)]
    fn decide(ctx: &TcContext, direction: Direction, outcome: &Outcome) {
        let wire = on_wire(ctx, outcome);
        classifier_tc_policy(ctx.skb.skb, Facts::new(outcome, direction).number(), wire.packets as u32);
    }
}

impl Judged for Trying<'_> {
    #[inline(always)]
    fn take(self, outcome: Outcome) {
        let (ctx, direction) = (self.counting.ctx, self.direction);
        self.counting.take(outcome);
        Self::decide(ctx, direction, &outcome);
    }

    #[inline(always)]
    fn take_data(self, outcome: Outcome) {
        let (ctx, direction) = (self.counting.ctx, self.direction);
        self.counting.take_data(outcome);
        Self::decide(ctx, direction, &outcome);
    }
}

#[inline(always)]
fn on_wire(ctx: &TcContext, outcome: &Outcome) -> OnWire {
    buffer(skb(ctx)).on_wire(outcome.headers, outcome.off_wire)
}

/// Counts a packet of any other shape: its outcome, packed. A function with a name of its own is checked by the verifier
/// once, by itself, not anew for each way that leads to it; so are those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_other(ctx: *mut __sk_buff, direction: u32) -> u64 {
    count_other(ctx, direction)
}

/// The same, and tries the policy on it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_tried(ctx: *mut __sk_buff, direction: u32) -> u64 {
    let packed = count_other(ctx, direction);
    if packed != 0 {
        let outcome = Outcome::unpack(opaque(packed as usize) as u64);
        let packets = on_wire(&TcContext::new(ctx), &outcome).packets;
        let facts = Facts::new(&outcome, Direction::from_raw(direction));
        classifier_tc_policy(ctx, facts.number(), packets as u32);
    }
    packed
}

/// What was counted, packed; 0 on an interface without counters.
#[inline(always)]
fn count_other(ctx: *mut __sk_buff, direction: u32) -> u64 {
    let ctx = &TcContext::new(ctx);
    let skb = skb(ctx);
    let Some(counters) = counters::of(skb.ifindex, Direction::from_raw(direction)) else {
        counters::unattributed(u64::from(skb.gso_segs.max(1)));
        return 0;
    };
    let mut packed = classifier_tc_walk(ctx.skb.skb, counters.link);
    let mut outcome = Outcome::unpack(packed);
    if outcome.is_cut() && skb.len > skb.data_end - skb.data {
        // A failure leaves the packet as it was, and the outcome at `malformed`.
        let _ = ctx.pull_data(skb.len.min(HEADERS_MAX as u32));
        packed = classifier_tc_walk(ctx.skb.skb, counters.link);
        outcome = Outcome::unpack(packed);
    }
    if let Some(tracked) = outcome.tracked {
        track(ctx, counters.link, &mut outcome, tracked);
        packed = outcome.pack();
    }
    if outcome.is_redirect() {
        classifier_tc_redirect(ctx.skb.skb, counters.link, direction);
    }
    // Unpacked anew, in a way that the compiler cannot see through: what is not kept meanwhile takes no stack.
    let outcome = Outcome::unpack(opaque(packed as usize) as u64);
    let wire = on_wire(ctx, &outcome);
    say(ctx, wire, outcome.class.index());
    counters.count(&outcome, wire, opaque);
    packed
}

/// Counts packets under the rules of the policy that decide about them.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_policy(ctx: *mut __sk_buff, facts: u32, packets: u32) -> u32 {
    let context = TcContext::new(ctx);
    let skb = skb(&context);
    shadow::decide(skb.ifindex, facts, packets, |link| {
        source(&linear(skb, &Maps::open()?), frame(skb, link))
    });
    0
}

/// A debug message. A function of its own: its stack is not added to that of the general way.
#[inline(never)]
fn say(ctx: &TcContext, wire: OnWire, class: usize) {
    debug!(ctx, "{} packets, {} bytes: class {}", wire.packets, wire.bytes, class);
}

#[inline(always)]
fn track(ctx: &TcContext, link: u32, outcome: &mut Outcome, tracked: Tracked) {
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
            let label = classifier_tc_data(ctx.skb.skb, at, outcome.headers, class);
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

/// The general way.
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
extern "C" fn classifier_tc_data(ctx: *mut __sk_buff, tracked: u32, headers: u32, class: u32) -> u32 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = linear(skb(&context), &tables);
    track::label(&packet, Whole(ctx), &tables, (tracked, headers), class)
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

/// Notes who sent an ICMP redirect.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_redirect(ctx: *mut __sk_buff, link: u32, direction: u32) -> u32 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let skb = skb(&context);
    if let Some(sender) = sender(&linear(skb, &tables), frame(skb, link)) {
        sources::note_redirect(sender, Direction::from_raw(direction));
    }
    0
}

/// Looks at what a packet says about a connection; 1 if that is anything.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_follow(ctx: *mut __sk_buff, outcome: u64, direction: u32) -> u32 {
    let outcome = Outcome::unpack(outcome);
    let class = outcome.class.index() as u32;
    if let Some(rejection) = outcome.rejection {
        classifier_tc_rejection(ctx, rejection.number(), class, direction)
    } else if let Some(tracked) = outcome.tracked
        && concerns(outcome.class, outcome.tcp_flags)
    {
        classifier_tc_signal(ctx, u32::from(tracked.number().get()), outcome.headers, class, direction)
    } else {
        0
    }
}

/// Looks at what a TCP packet says about its connection.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_signal(
    ctx: *mut __sk_buff,
    tracked: u32,
    headers: u32,
    class: u32,
    direction: u32,
) -> u32 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let skb = skb(&context);
    let vantage = Vantage::hook(skb.ifindex, Direction::from_raw(direction));
    follow::signal(&linear(skb, &tables), Whole(ctx), (tracked, headers), class, vantage)
}

/// Looks at whose connection an ICMP error rejects.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_rejection(
    ctx: *mut __sk_buff,
    rejection: u32,
    class: u32,
    direction: u32,
) -> u32 {
    let context = TcContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let skb = skb(&context);
    let vantage = Vantage::hook(skb.ifindex, Direction::from_raw(direction));
    follow::rejection(&linear(skb, &tables), rejection, class, vantage)
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
