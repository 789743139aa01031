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
    abi::Direction::Ingress,
    classify::walk_packed,
    outcome::{Outcome, Stop},
    packet::{Frame, Link},
    segments::OnWire,
    shadow::{Source, source},
};

use crate::{
    copied::Copied,
    counting,
    hook::Hook,
    linear::Linear,
    named::named,
    tables::Maps,
    tap,
    trial::{Tried, Untried},
    view::LinearView,
};

/// A buffer in several parts has a first part at least this long, unless the driver splits off the
/// headers, and then the IP length gives it away: shorter ones are whole.
const MAY_HAVE_FRAGMENTS: usize = 1024;

#[xdp(frags)]
fn classifier_xdp(ctx: XdpContext) -> u32 {
    counting::count(ctx.ctx, Ingress, Untried);
    XDP_PASS
}

#[xdp(frags)]
fn classifier_pxdp(ctx: XdpContext) -> u32 {
    counting::count(ctx.ctx, Ingress, Tried(Ingress as u32));
    XDP_PASS
}

named! {
    *mut xdp_md,
    other = classifier_xdp_other,
    tried = classifier_xdp_tried,
    walk = classifier_xdp_walk,
    receive = classifier_xdp_receive,
    read = classifier_xdp_read,
    settle = classifier_xdp_settle,
    data = classifier_xdp_data,
    relabel = classifier_xdp_relabel,
    redirect = classifier_xdp_redirect,
    look = classifier_xdp_follow,
    signal = classifier_xdp_signal,
    rejection = classifier_xdp_rejection,
    policy = classifier_xdp_policy,
}

/// The general way over a copy of all parts, where the first part did not hold the headers.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_walk_copy(ctx: *mut xdp_md, link: u32) -> u64 {
    let Some(tables) = Maps::open() else { return 0 };
    match copied(ctx, &tables) {
        Some(packet) => walk_packed(&packet, ctx.frame(link), &tables),
        None => Outcome::stopped(Stop::Malformed).pack(),
    }
}

impl Hook for *mut xdp_md {
    /// Of the whole buffer.
    type Length = usize;

    #[inline(always)]
    fn ifindex(self) -> u32 {
        context(self).ingress_ifindex
    }

    #[inline(always)]
    fn view(self) -> LinearView {
        let ctx = context(self);
        LinearView::new(ctx.data as usize, ctx.data_end as usize)
    }

    #[inline(always)]
    fn linear(self, tables: &Maps) -> Linear<'_> {
        let ctx = context(self);
        Linear::new(ctx.data as usize, ctx.data_end as usize, tables)
    }

    #[inline(always)]
    fn frame(self, link: u32) -> Frame {
        Frame::on_wire(Link::from_raw(link))
    }

    #[inline(always)]
    fn length(self) -> usize {
        let length = first_length(self);
        if length < MAY_HAVE_FRAGMENTS { length } else { whole_length(self) }
    }

    #[inline(always)]
    fn walk_on(self, link: u32, packed: u64) -> (u64, usize) {
        let is_cut = Outcome::unpack(packed).is_cut();
        let length = first_length(self);
        if length < MAY_HAVE_FRAGMENTS && !is_cut {
            return (packed, length);
        }
        let whole = whole_length(self);
        let packed = if whole > length && is_cut { classifier_xdp_walk_copy(self, link) } else { packed };
        (packed, whole)
    }

    #[inline(always)]
    fn on_wire(self, _outcome: &Outcome, length: usize) -> OnWire {
        OnWire { packets: 1, bytes: length as u64 }
    }

    #[inline(never)]
    fn say(self, wire: OnWire, class: usize) {
        debug!(&XdpContext::new(self), "{} bytes: class {}", wire.bytes, class);
    }

    #[inline(always)]
    fn packets(self) -> u64 {
        1
    }

    #[inline(always)]
    fn sender(self, link: u32) -> Option<Source> {
        let (frame, tables) = (self.frame(link), Maps::open()?);
        source(&self.linear(&tables), frame).or_else(|| source(&copied(self, &tables)?, frame))
    }
}

/// All parts of a buffer.
impl tap::Source for *mut xdp_md {
    #[inline(always)]
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool {
        // SAFETY: as for `context`; callers give room for as many bytes as they ask for.
        unsafe { bpf_xdp_load_bytes(*self, offset, to, length as u32) == 0 }
    }
}

#[inline(always)]
fn copied(ctx: *mut xdp_md, tables: &Maps) -> Option<Copied<'_>> {
    Copied::new(&XdpContext::new(ctx), whole_length(ctx) as u32, tables)
}

#[inline(always)]
fn first_length(ctx: *mut xdp_md) -> usize {
    let ctx = context(ctx);
    ctx.data_end as usize - ctx.data as usize
}

#[inline(always)]
fn whole_length(ctx: *mut xdp_md) -> usize {
    // SAFETY: as below.
    (unsafe { bpf_xdp_get_buff_len(ctx) }) as usize
}

#[inline(always)]
fn context<'a>(ctx: *mut xdp_md) -> &'a xdp_md {
    // SAFETY: the context is the one that the kernel called this program with, and stays for its run.
    unsafe { &*ctx }
}
