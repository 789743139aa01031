// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The XDP programs: ingress, on every frame as the driver passes it up, before the stack.

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
    control::Session,
    counter::Counters,
    outcome::{Outcome, Stop},
    packet::{Frame, Link},
    segments::OnWire,
};

use crate::{
    copied::Copied,
    counting,
    dry_run::{self, Off, On},
    flows, follow,
    global_fns::{define, global_fns},
    hook::Hook,
    linear::Linear,
    listen,
    maps::Work,
    parts::Parts,
    ports::Ports,
    slow_path,
    tables::KernelTables,
    tap::PacketBytes,
    track,
    verifier::barrier_var,
    view::LinearView,
};

/// Minimum length of the first part of a buffer with several parts. Drivers that split off the headers are
/// the exception: their first part ends before the IP packet does.
const MAY_HAVE_FRAGMENTS: usize = 1024;

#[xdp(frags)]
#[inline(always)]
fn classifier_xdp(ctx: XdpContext) -> u32 {
    counting::count::<_, Off>(ctx.ctx, Ingress);
    XDP_PASS
}

#[xdp(frags)]
#[inline(always)]
fn classifier_pxdp(ctx: XdpContext) -> u32 {
    counting::count::<_, On>(ctx.ctx, Ingress);
    XDP_PASS
}

global_fns!(*mut xdp_md, classifier_xdp);

/// Walks a copy of all parts, if headers lie outside the first part.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_xdp_walk_copy(ctx: *mut xdp_md, link: u32) -> u64 {
    let Some(tables) = KernelTables::open() else { return 0 };
    let length = whole_length(ctx) as u32;
    match Copied::new(&XdpContext::new(ctx), length, &tables.ports) {
        Some(packet) => walk_packed(&packet, ctx.frame(link), &tables),
        None => Outcome::stopped(Stop::Malformed).pack(),
    }
}

impl Hook for *mut xdp_md {
    /// Length of the whole buffer.
    type Length = usize;

    type Headers<'a> = Parts;

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
    fn linear(self, ports: &Ports) -> Linear<'_> {
        let ctx = context(self);
        Linear::new(ctx.data as usize, ctx.data_end as usize, ports)
    }

    #[inline(always)]
    fn headers(self, _ports: &Ports) -> Option<Parts> {
        Parts::new(self)
    }

    #[inline(always)]
    fn frame(self, link: u32) -> Frame {
        Frame::on_wire(Link::from_raw(link))
    }

    #[inline(always)]
    fn length(self, headers: u32, payload: impl FnOnce() -> isize) -> usize {
        let first = first_length(self);
        // Hidden, because the compiler would otherwise reuse the start of the frame, a pointer, from the
        // payload's length.
        let end = || barrier_var(headers as usize).cast_signed() + payload();
        if headers != 0 && first < MAY_HAVE_FRAGMENTS && end() <= first.cast_signed() {
            first
        } else {
            whole_length(self)
        }
    }

    /// The link unchanged: XDP has no network header.
    #[inline(always)]
    fn locate(self, link: u32) -> u32 {
        link
    }

    #[inline(always)]
    fn walk_on(self, link: u32, packed: u64) -> (u64, usize) {
        let whole = whole_length(self);
        let is_cut = Outcome::unpack(packed).is_cut() && first_length(self) < whole;
        (if is_cut { classifier_xdp_walk_copy(self, link) } else { packed }, whole)
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
}

/// All parts of a buffer.
impl PacketBytes for *mut xdp_md {
    #[inline(always)]
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool {
        // SAFETY: as for `context`; callers give room for as many bytes as they ask for.
        unsafe { bpf_xdp_load_bytes(*self, offset, to, length as u32) == 0 }
    }
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
