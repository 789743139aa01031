// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The TC programs: on egress, which XDP cannot see, and on ingress without XDP.

use core::ffi::c_void;

use aya_ebpf::{
    bindings::{__sk_buff, TC_ACT_UNSPEC, bpf_hdr_start_off::BPF_HDR_START_NET},
    helpers::generated::{bpf_skb_load_bytes, bpf_skb_load_bytes_relative},
    macros::classifier,
    programs::TcContext,
};
use aya_log_ebpf::debug;
use classifier_common::{
    abi::Direction::{Egress, Ingress},
    control::Session,
    counter::Counters,
    outcome::Outcome,
    packet::{Frame, HEADERS_MAX, Link},
    segments::{Buffer, OnWire},
};

use crate::{
    counting,
    dry_run::{self, Off, On},
    flows, follow,
    global_fns::{define, global_fns},
    hook::Hook,
    linear::Linear,
    listen,
    maps::Work,
    ports::Ports,
    slow_path,
    tap::PacketBytes,
    track,
    verifier::barrier_var,
    view::LinearView,
};

#[classifier]
#[inline(always)]
fn classifier_in(ctx: TcContext) -> i32 {
    counting::count::<_, Off>(ctx.skb.skb, Ingress);
    TC_ACT_UNSPEC
}

#[classifier]
#[inline(always)]
fn classifier_out(ctx: TcContext) -> i32 {
    counting::count::<_, Off>(ctx.skb.skb, Egress);
    TC_ACT_UNSPEC
}

#[classifier]
#[inline(always)]
fn classifier_pin(ctx: TcContext) -> i32 {
    counting::count::<_, On>(ctx.skb.skb, Ingress);
    TC_ACT_UNSPEC
}

#[classifier]
#[inline(always)]
fn classifier_pout(ctx: TcContext) -> i32 {
    counting::count::<_, On>(ctx.skb.skb, Egress);
    TC_ACT_UNSPEC
}

global_fns!(*mut __sk_buff, classifier_tc);

impl Hook for *mut __sk_buff {
    /// Bytes before the IP header, for links whose packets begin with it.
    type Length = u32;

    /// The linear part, into which all headers were pulled.
    type Headers<'a> = Linear<'a>;

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
    fn linear(self, ports: &Ports) -> Linear<'_> {
        let skb = skb(self);
        Linear::new(skb.data as usize, skb.data_end as usize, ports).gso_packet(skb.len, skb.gso_size)
    }

    #[inline(always)]
    fn headers(self, ports: &Ports) -> Option<Linear<'_>> {
        Some(self.linear(ports))
    }

    #[inline(always)]
    fn frame(self, link: u32) -> Frame {
        // Without the barrier, the compiler would end the loop over tags by the bound of 1 alone. A verifier
        // up to 6.1 forgets that bound in a spill to the stack, and rejects the loop as infinite.
        let tags_aside = barrier_var((skb(self).vlan_present & 1) as usize) as u8;
        Frame { link: Link::from_raw(link), tags_aside, before_ip: before_ip(link) as u8 }
    }

    #[inline(always)]
    fn length(self, _headers: u32, _payload: impl FnOnce() -> isize) -> u32 {
        0
    }

    #[inline(always)]
    fn locate(self, link: u32) -> u32 {
        match Link::from_raw(link) {
            Link::Ethernet => link,
            Link::RawIp => classifier_tc_locate(self, link),
        }
    }

    #[inline(always)]
    fn walk_on(self, link: u32, packed: u64) -> (u64, u32) {
        let skb = skb(self);
        if !Outcome::unpack(packed).is_cut() || skb.len <= linear_length(self) {
            return (packed, before_ip(link));
        }
        // On failure the packet is unchanged, and the outcome stays `malformed`.
        let _ = TcContext::new(self).pull_data(skb.len.min(HEADERS_MAX as u32));
        (classifier_tc_walk(self, link), before_ip(link))
    }

    #[inline(always)]
    fn on_wire(self, outcome: &Outcome, before_ip: u32) -> OnWire {
        Buffer { before_ip, ..buffer(self) }.on_wire(outcome.headers, outcome.off_wire)
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
impl PacketBytes for *mut __sk_buff {
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
        before_ip: 0,
    }
}

/// Bit position, in the number of a link, of the bytes before the IP header. The counters' header uses the
/// bits below it.
const BEFORE_IP: u32 = 16;

/// Largest number of bytes before the IP header: a MAC header, or an IPv4 header with options and GRE's.
const BEFORE_IP_MAX: u32 = 127;

#[inline(always)]
fn before_ip(link: u32) -> u32 {
    link >> BEFORE_IP
}

/// Adds the bytes before the IP header to the number of a link whose packets usually begin with it.
///
/// Some packets have such bytes. XFRM and VTI receive a MAC header from `xfrm4_remove_tunnel_encap`, which
/// the hook puts back in front. A GRE device without a remote address has the outer IP header as its
/// link-layer header.
///
/// No helper returns the distance of the network header from `data`. One helper reads from the network header
/// to the end of the linear part. The bytes that it cannot read, of as many as the linear part has, lie
/// before the header.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_tc_locate(ctx: *mut __sk_buff, link: u32) -> u32 {
    let wanted = skb(ctx).len.min(BEFORE_IP_MAX + 1);
    if linear_length(ctx) < wanted {
        // On failure the packet is unchanged.
        let _ = TcContext::new(ctx).pull_data(wanted);
    }
    let last = i64::from(linear_length(ctx)) - 1;
    if is_before_ip(ctx, last) == 0 || is_before_ip(ctx, last - i64::from(BEFORE_IP_MAX)) != 0 {
        return link;
    }
    let (mut before, mut step) = (0, i64::from(BEFORE_IP_MAX + 1) / 2);
    while step > 0 {
        before += step & is_before_ip(ctx, last - before - (step - 1));
        step /= 2;
    }
    link | (before.cast_unsigned() as u32) << BEFORE_IP
}

/// Returns all ones if the linear part has no byte at an offset from the network header, else 0, also for a
/// negative offset.
///
/// Written without a branch, of which the verifier would follow both sides.
#[inline(always)]
fn is_before_ip(ctx: *mut __sk_buff, offset: i64) -> i64 {
    let mut byte = 0_u8;
    // SAFETY: as for `skb`; the destination has room for the one byte.
    let result = unsafe {
        bpf_skb_load_bytes_relative(
            ctx.cast(),
            offset.cast_unsigned() as u32,
            (&raw mut byte).cast(),
            1,
            BPF_HDR_START_NET,
        )
    };
    let [result, offset] = [result as i64, offset]
        .map(|number| barrier_var(number.cast_unsigned() as usize).cast_signed() as i64 >> 63);
    result & !offset
}

#[inline(always)]
fn linear_length(ctx: *mut __sk_buff) -> u32 {
    let skb = skb(ctx);
    skb.data_end - skb.data
}

#[inline(always)]
fn skb<'a>(ctx: *mut __sk_buff) -> &'a __sk_buff {
    // SAFETY: the context is the one that the kernel called this program with, and stays for its run.
    unsafe { &*ctx }
}
