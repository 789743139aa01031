//! Programs that make their packet one of many, drawn at random, and hand it to the program under test: a test run
//! alone repeats one packet, whose branches the processor has soon learned.
//!
//! The order never repeats, so that nothing can be predicted. What this costs itself is the same whoever gets the
//! packets: it falls out of a difference.

use aya_ebpf::{
    bindings::{TC_ACT_SHOT, xdp_action::XDP_ABORTED},
    btf_maps::{Array, ProgramArray},
    helpers::generated::{
        bpf_skb_change_tail, bpf_skb_store_bytes, bpf_xdp_adjust_tail, bpf_xdp_store_bytes,
    },
    macros::{btf_map, classifier, xdp},
    programs::{TcContext, XdpContext},
};

use crate::abi::{self, KEPT, Packet, Replay};

#[btf_map]
static PACKETS: Array<Packet, { abi::PACKETS }> = Array::new();

#[btf_map]
static REPLAY: Array<Replay, 1> = Array::new();

#[btf_map]
static TARGETS_XDP: ProgramArray<{ abi::TARGETS }> = ProgramArray::new();

#[btf_map]
static TARGETS_TC: ProgramArray<{ abi::TARGETS }> = ProgramArray::new();

/// What it ends with tells that nobody got the packet.
#[xdp(frags)]
fn replay_xdp(ctx: XdpContext) -> u32 {
    if let Some(drawn) = draw() {
        let length = (ctx.data_end() - ctx.data()) as u32;
        // SAFETY: the context is the one that the kernel called the program with; the bytes are a map's value.
        unsafe {
            bpf_xdp_adjust_tail(ctx.ctx, drawn.packet().length.wrapping_sub(length).cast_signed());
            bpf_xdp_store_bytes(ctx.ctx, 0, drawn.bytes(), drawn.kept());
            if let Some(number) = drawn.step() {
                bpf_xdp_store_bytes(
                    ctx.ctx,
                    drawn.packet().number_at,
                    (&raw const number).cast_mut().cast(),
                    4,
                );
            }
            drawn.drain();
            TARGETS_XDP.tail_call(&ctx, drawn.target);
        }
    }
    XDP_ABORTED
}

/// What it ends with tells that nobody got the packet.
#[classifier]
fn replay_tc(ctx: TcContext) -> i32 {
    if let Some(drawn) = draw() {
        let skb = ctx.skb.skb;
        // SAFETY: as above.
        unsafe {
            bpf_skb_change_tail(skb, drawn.packet().length, 0);
            bpf_skb_store_bytes(skb, 0, drawn.bytes(), drawn.kept(), 0);
            if let Some(number) = drawn.step() {
                bpf_skb_store_bytes(skb, drawn.packet().number_at, (&raw const number).cast(), 4, 0);
            }
            drawn.drain();
            TARGETS_TC.tail_call(&ctx, drawn.target);
        }
    }
    TC_ACT_SHOT
}

struct Drawn {
    packet: *mut Packet,
    replay: *mut Replay,
    target: u32,
}

#[inline(always)]
fn draw() -> Option<Drawn> {
    let replay = REPLAY.get_ptr_mut(0)?;
    // SAFETY: the map's value; one CPU at a time runs this.
    let (random, mask, target) = unsafe {
        let mut random = (*replay).random;
        // Marsaglia's xorshift: 2⁶⁴ - 1 numbers before the first comes again.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (*replay).random = random;
        (random, (*replay).mask, (*replay).target)
    };
    let packet = PACKETS.get_ptr_mut((random >> 32) as u32 & mask)?;
    Some(Drawn { packet, replay, target })
}

impl Drawn {
    #[inline(always)]
    fn packet(&self) -> &Packet {
        // SAFETY: the map's value, of which only the number below changes.
        unsafe { &*self.packet }
    }

    #[inline(always)]
    fn bytes<T>(&self) -> *mut T {
        // SAFETY: the map's value.
        unsafe { (&raw mut (*self.packet).bytes).cast() }
    }

    /// How many bytes are to be written: at least 14 and at most [`KEPT`], as the verifier has to see.
    #[inline(always)]
    fn kept(&self) -> u32 {
        self.packet().length.clamp(14, KEPT as u32)
    }

    /// The next number as it goes into the packet.
    #[inline(always)]
    fn step(&self) -> Option<u32> {
        // SAFETY: the map's value; one CPU at a time runs this.
        unsafe {
            if (*self.packet).step == 0 {
                return None;
            }
            (*self.packet).number = (*self.packet).number.wrapping_add((*self.packet).step);
            Some((*self.packet).number.to_be())
        }
    }

    /// Waits until what was written has reached the cache: no packet comes from the processor's own store buffer, out
    /// of which a load of another width than the store is slow.
    #[inline(always)]
    fn drain(&self) {
        // SAFETY: eight aligned bytes of the map's value; a locked addition.
        unsafe {
            core::arch::asm!(
                "lock *(u64 *)({word} + 0) += {one}",
                word = in(reg) &raw mut (*self.replay).drain,
                one = in(reg) 1_u64,
                options(nostack)
            );
        }
    }
}
