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
    abi::Direction::{Egress, Ingress},
    outcome::Outcome,
    packet::{Frame, HEADERS_MAX, Link},
    segments::{Buffer, OnWire},
};

use crate::{
    counting,
    hook::Hook,
    linear::Linear,
    named::named,
    tables::Maps,
    tap,
    trial::{Tried, Untried},
    verifier::opaque,
    view::LinearView,
};

#[classifier]
fn classifier_in(ctx: TcContext) -> i32 {
    counting::count(ctx.skb.skb, Ingress, Untried);
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_out(ctx: TcContext) -> i32 {
    counting::count(ctx.skb.skb, Egress, Untried);
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_pin(ctx: TcContext) -> i32 {
    counting::count(ctx.skb.skb, Ingress, Tried(Ingress as u32));
    TC_ACT_UNSPEC
}

#[classifier]
fn classifier_pout(ctx: TcContext) -> i32 {
    counting::count(ctx.skb.skb, Egress, Tried(Egress as u32));
    TC_ACT_UNSPEC
}

named! {
    *mut __sk_buff,
    other = classifier_tc_other,
    tried = classifier_tc_tried,
    walk = classifier_tc_walk,
    receive = classifier_tc_receive,
    read = classifier_tc_read,
    settle = classifier_tc_settle,
    data = classifier_tc_data,
    relabel = classifier_tc_relabel,
    redirect = classifier_tc_redirect,
    look = classifier_tc_follow,
    signal = classifier_tc_signal,
    rejection = classifier_tc_rejection,
    policy = classifier_tc_policy,
}

impl Hook for *mut __sk_buff {
    /// The context says it.
    type Length = ();

    #[inline(always)]
    fn ifindex(self) -> u32 {
        skb(self).ifindex
    }

    #[inline(always)]
    fn view(self) -> LinearView {
        let skb = skb(self);
        LinearView::new(skb.data as usize, skb.data_end as usize)
    }

    #[inline(always)]
    fn linear(self, tables: &Maps) -> Linear<'_> {
        let skb = skb(self);
        Linear::new(skb.data as usize, skb.data_end as usize, tables).super_packet(skb.len, skb.gso_size)
    }

    #[inline(always)]
    fn frame(self, link: u32) -> Frame {
        // Were the compiler to know that it is at most 1, the loop over the tags would end by that alone; a verifier
        // up to 6.1 forgets it with a spill to the stack, and finds the loop endless.
        let tags_aside = opaque((skb(self).vlan_present & 1) as usize) as u8;
        Frame { link: Link::from_raw(link), tags_aside }
    }

    #[inline(always)]
    fn length(self) {}

    #[inline(always)]
    fn walk_on(self, link: u32, packed: u64) -> (u64, ()) {
        let skb = skb(self);
        if !Outcome::unpack(packed).is_cut() || skb.len <= skb.data_end - skb.data {
            return (packed, ());
        }
        // A failure leaves the packet as it was, and the outcome at `malformed`.
        let _ = TcContext::new(self).pull_data(skb.len.min(HEADERS_MAX as u32));
        (classifier_tc_walk(self, link), ())
    }

    #[inline(always)]
    fn on_wire(self, outcome: &Outcome, (): ()) -> OnWire {
        buffer(self).on_wire(outcome.headers, outcome.off_wire)
    }

    #[inline(never)]
    fn say(self, wire: OnWire, class: usize) {
        debug!(&TcContext::new(self), "{} packets, {} bytes: class {}", wire.packets, wire.bytes, class);
    }

    #[inline(always)]
    fn packets(self) -> u64 {
        skb(self).gso_segs.max(1).into()
    }
}

/// All parts of a socket buffer.
impl tap::Source for *mut __sk_buff {
    #[inline(always)]
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool {
        // SAFETY: as for `skb`; callers give room for as many bytes as they ask for.
        unsafe { bpf_skb_load_bytes(self.cast(), offset, to, length as u32) == 0 }
    }
}

#[inline(always)]
fn buffer(ctx: *mut __sk_buff) -> Buffer {
    let skb = skb(ctx);
    Buffer {
        length: skb.len,
        gso_size: skb.gso_size,
        gso_segs: skb.gso_segs,
        wire_length: skb.wire_len,
        tags_aside: skb.vlan_present & 1,
    }
}

#[inline(always)]
fn skb<'a>(ctx: *mut __sk_buff) -> &'a __sk_buff {
    // SAFETY: the context is the one that the kernel called this program with, and stays for its run.
    unsafe { &*ctx }
}
