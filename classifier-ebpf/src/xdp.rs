//! Ingress through XDP: every frame as the driver hands it over, before the stack.

use core::ffi::c_void;

use aya_ebpf::{
    bindings::{xdp_action::XDP_PASS, xdp_md},
    helpers::generated::{bpf_xdp_get_buff_len, bpf_xdp_load_bytes},
    macros::xdp,
    programs::XdpContext,
};
use aya_log_ebpf::debug;
use classifier_common::{
    abi::Direction,
    classify::{relabel, sender, walk},
    commonest::{Judged, commonest},
    connection::{Vantage, concerns},
    counter::Counters,
    label::Label,
    outcome::{Outcome, Stop},
    packet::{Frame, Link},
    segments::OnWire,
    shadow::{Facts, source},
    tracked::Tracked,
};

use crate::{
    copied::Copied,
    counters, follow,
    linear::Linear,
    shadow, sources,
    tables::Maps,
    tap::Source,
    track::{self, Part, part},
    verifier::opaque,
    view::LinearView,
};

/// A buffer in several parts has a first part at least this long, unless the driver splits off the
/// headers, and then the IP length gives it away: shorter ones are whole.
const MAY_HAVE_FRAGMENTS: usize = 1024;

#[xdp(frags)]
fn classifier_xdp(ctx: XdpContext) -> u32 {
    if !is_counted(&ctx, |counters| Counting { ctx: &ctx, counters }) {
        follow(&ctx, classifier_xdp_other(ctx.ctx));
    }
    XDP_PASS
}

/// Follows the connection that a packet says something about.
#[inline(always)]
fn follow(ctx: &XdpContext, outcome: u64) {
    if Outcome::may_concern(outcome) && classifier_xdp_follow(ctx.ctx, outcome) != 0 {
        follow::classifier_connection();
    }
}

/// Counts a packet, and tries the policy on it. A program of its own: the other one knows nothing of policies.
#[xdp(frags)]
fn classifier_pxdp(ctx: XdpContext) -> u32 {
    if !is_counted(&ctx, |counters| Trying(Counting { ctx: &ctx, counters })) {
        follow(&ctx, classifier_xdp_tried(ctx.ctx));
    }
    XDP_PASS
}

/// Counts a packet of one of the commonest shapes, on an Ethernet interface.
#[inline(always)]
fn is_counted<'a, J: Judged>(ctx: &XdpContext, judged: impl FnOnce(&'a mut Counters) -> J) -> bool {
    // One key for both maps: the direction, and the only entry of the port map.
    const { assert!(Direction::Ingress as u32 == 0) };
    let zero = Direction::Ingress as u32;
    let Some(counters) = counters::of_ethernet(ctx.ingress_ifindex() as u32, &zero) else { return false };
    let Some(tables) = Maps::open_by(&zero) else { return false };
    commonest(LinearView::new(ctx.data(), ctx.data_end()), &tables, judged(counters))
}

/// The counters that a judgement goes to.
struct Counting<'a> {
    ctx: &'a XdpContext,
    counters: &'a mut Counters,
}

impl Judged for Counting<'_> {
    #[inline(always)]
    fn take(self, outcome: Outcome) {
        self.counters.count_other(&outcome, on_wire(self.ctx), opaque);
    }

    #[inline(always)]
    fn take_data(self, outcome: Outcome) {
        self.counters.count(&outcome, on_wire(self.ctx), opaque);
    }
}

/// The same, and the policy.
struct Trying<'a>(Counting<'a>);

impl Judged for Trying<'_> {
    #[inline(always)]
    fn take(self, outcome: Outcome) {
        let ctx = self.0.ctx;
        self.0.take(outcome);
        classifier_xdp_policy(ctx.ctx, Facts::new(&outcome, Direction::Ingress).number());
    }

    #[inline(always)]
    fn take_data(self, outcome: Outcome) {
        let ctx = self.0.ctx;
        self.0.take_data(outcome);
        classifier_xdp_policy(ctx.ctx, Facts::new(&outcome, Direction::Ingress).number());
    }
}

#[inline(always)]
fn on_wire(ctx: &XdpContext) -> OnWire {
    let length = ctx.data_end() - ctx.data();
    let length = if length < MAY_HAVE_FRAGMENTS { length } else { whole_length(ctx.ctx) };
    OnWire { packets: 1, bytes: length as u64 }
}

/// Counts a packet of any other shape: its outcome, packed. A function with a name of its own is checked by the verifier
/// once, by itself, not anew for each way that leads to it; so are those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_other(ctx: *mut xdp_md) -> u64 {
    count_other(ctx)
}

/// The same, and tries the policy on it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_tried(ctx: *mut xdp_md) -> u64 {
    let packed = count_other(ctx);
    if packed != 0 {
        let outcome = Outcome::unpack(opaque(packed as usize) as u64);
        classifier_xdp_policy(ctx, Facts::new(&outcome, Direction::Ingress).number());
    }
    packed
}

/// What was counted, packed; 0 on an interface without counters.
#[inline(always)]
fn count_other(ctx: *mut xdp_md) -> u64 {
    let ctx = &XdpContext::new(ctx);
    let Some(counters) = counters::of(ctx.ingress_ifindex() as u32, Direction::Ingress) else {
        counters::unattributed(1);
        return 0;
    };
    let mut packed = classifier_xdp_walk(ctx.ctx, counters.link);
    let mut outcome = Outcome::unpack(packed);
    let mut length = ctx.data_end() - ctx.data();
    if length >= MAY_HAVE_FRAGMENTS || outcome.is_cut() {
        let whole = whole_length(ctx.ctx);
        if whole > length && outcome.is_cut() {
            packed = classifier_xdp_walk_copy(ctx.ctx, counters.link);
            outcome = Outcome::unpack(packed);
        }
        length = whole;
    }
    if let Some(tracked) = outcome.tracked {
        track(ctx, counters.link, &mut outcome, tracked);
        packed = outcome.pack();
    }
    if outcome.is_redirect() {
        classifier_xdp_redirect(ctx.ctx, counters.link);
    }
    // Unpacked anew, in a way that the compiler cannot see through: what is not kept meanwhile takes no stack.
    let outcome = Outcome::unpack(opaque(packed as usize) as u64);
    say(ctx, length, outcome.class.index());
    counters.count(&outcome, OnWire { packets: 1, bytes: length as u64 }, opaque);
    packed
}

/// Counts a packet under the rule of the policy that decides about it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_policy(ctx: *mut xdp_md, facts: u32) -> u32 {
    let context = XdpContext::new(ctx);
    shadow::decide(context.ingress_ifindex() as u32, facts, 1, |link| {
        let (frame, tables) = (Frame::on_wire(Link::from_raw(link)), Maps::open()?);
        let linear = Linear::new(context.data(), context.data_end(), &tables);
        source(&linear, frame)
            .or_else(|| source(&Copied::new(&context, whole_length(ctx) as u32, &tables)?, frame))
    });
    0
}

/// A debug message. A function of its own: its stack is not added to that of the general way.
#[inline(never)]
fn say(ctx: &XdpContext, length: usize, class: usize) {
    debug!(ctx, "{} bytes: class {}", length, class);
}

#[inline(always)]
fn track(ctx: &XdpContext, link: u32, outcome: &mut Outcome, tracked: Tracked) {
    let at = u32::from(tracked.number().get());
    let class = outcome.class.index() as u32;
    match part(outcome.class) {
        Part::Control => {
            let span = classifier_xdp_receive(ctx.ctx, at, outcome.headers, class);
            if span != track::NOTHING {
                classifier_xdp_read(ctx.ctx, span);
                classifier_xdp_settle(ctx.ctx, span);
            }
        }
        Part::Data => {
            let Some(label) = classifier_xdp_data(ctx.ctx, at, outcome.headers, class).checked_sub(1) else {
                return;
            };
            let label = Label::unpack(label);
            (outcome.class, outcome.evidence) = (label.class, label.evidence);
            if tracked.is_first_fragment() {
                outcome.unremembered |= classifier_xdp_relabel(ctx.ctx, link, label.pack()) == 0;
            }
        }
        Part::Neither => {}
    }
}

#[inline(always)]
fn whole_length(ctx: *mut xdp_md) -> usize {
    // SAFETY: callers pass the context that the kernel called the program with.
    (unsafe { bpf_xdp_get_buff_len(ctx) }) as usize
}

/// The general way.
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

/// Whether a packet is of an announced data connection. Apart, as the general way is, and those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_data(ctx: *mut xdp_md, tracked: u32, headers: u32, class: u32) -> u32 {
    let context = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = Linear::new(context.data(), context.data_end(), &tables);
    track::label(&packet, Buffer(ctx), &tables, (tracked, headers), class)
}

/// Takes a segment of a control connection: the bytes to read.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_receive(ctx: *mut xdp_md, tracked: u32, headers: u32, class: u32) -> u64 {
    let context = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return track::NOTHING };
    let packet = Linear::new(context.data(), context.data_end(), &tables);
    track::receive(&packet, Buffer(ctx), &tables, (tracked, headers), class)
}

/// Reads these bytes of it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_read(ctx: *mut xdp_md, span: u64) -> u32 {
    if let Some(tables) = Maps::open() {
        track::read(Buffer(ctx), &tables, span);
    }
    0
}

/// Settles it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_settle(ctx: *mut xdp_md, span: u64) -> u32 {
    if let Some(tables) = Maps::open() {
        track::settle(Buffer(ctx), &tables, span);
    }
    0
}

/// Notes who sent an ICMP redirect.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_redirect(ctx: *mut xdp_md, link: u32) -> u32 {
    let context = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = Linear::new(context.data(), context.data_end(), &tables);
    if let Some(sender) = sender(&packet, Frame::on_wire(Link::from_raw(link))) {
        sources::note_redirect(sender, Direction::Ingress);
    }
    0
}

/// Looks at what a packet says about a connection; 1 if that is anything.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_follow(ctx: *mut xdp_md, outcome: u64) -> u32 {
    let outcome = Outcome::unpack(outcome);
    let class = outcome.class.index() as u32;
    if let Some(rejection) = outcome.rejection {
        classifier_xdp_rejection(ctx, rejection.number(), class)
    } else if let Some(tracked) = outcome.tracked
        && concerns(outcome.class, outcome.tcp_flags)
    {
        classifier_xdp_signal(ctx, u32::from(tracked.number().get()), outcome.headers, class)
    } else {
        0
    }
}

/// Looks at what a TCP packet says about its connection.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_signal(ctx: *mut xdp_md, tracked: u32, headers: u32, class: u32) -> u32 {
    let context = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = Linear::new(context.data(), context.data_end(), &tables);
    let vantage = Vantage::hook(context.ingress_ifindex() as u32, Direction::Ingress);
    follow::signal(&packet, Buffer(ctx), (tracked, headers), class, vantage)
}

/// Looks at whose connection an ICMP error rejects.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_rejection(ctx: *mut xdp_md, rejection: u32, class: u32) -> u32 {
    let context = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = Linear::new(context.data(), context.data_end(), &tables);
    let vantage = Vantage::hook(context.ingress_ifindex() as u32, Direction::Ingress);
    follow::rejection(&packet, rejection, class, vantage)
}

/// Keeps another label for the later fragments of this one's datagram; 0 if there was no room.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_relabel(ctx: *mut xdp_md, link: u32, label: u32) -> u32 {
    let context = XdpContext::new(ctx);
    let Some(tables) = Maps::open() else { return 0 };
    let packet = Linear::new(context.data(), context.data_end(), &tables);
    let frame = Frame::on_wire(Link::from_raw(link));
    relabel(&packet, frame, &tables, Label::unpack(label)).into()
}

/// All parts of an XDP buffer.
struct Buffer(*mut xdp_md);

impl Source for Buffer {
    #[inline(always)]
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool {
        // SAFETY: the context is the one that the kernel called the program with; callers give room for as
        // many bytes as they ask for.
        unsafe { bpf_xdp_load_bytes(self.0, offset, to, length as u32) == 0 }
    }
}
