// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Random draws of packets, in an order that never repeats.

use aya_ebpf::{btf_maps::Array, macros::btf_map};

use crate::abi::{self, KEPT, Packet, Replay};

#[btf_map]
static PACKETS: Array<Packet, { abi::PACKETS }> = Array::new();

#[btf_map]
static REPLAY: Array<Replay, 1> = Array::new();

/// A drawn packet.
pub struct Drawn {
    packet: *mut Packet,
    replay: *mut Replay,
    /// Index of the program that gets the packet.
    pub target: u32,
    random: u64,
}

/// Draws one of the packets.
#[inline(always)]
pub fn draw() -> Option<Drawn> {
    let replay = REPLAY.get_ptr_mut(0)?;
    // SAFETY: the map's value; one CPU at a time runs this.
    let (random, mask, target) = unsafe {
        let mut random = (*replay).random;
        // Marsaglia's xorshift: a period of 2⁶⁴ - 1.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (*replay).random = random;
        (random, (*replay).mask, (*replay).target)
    };
    let packet = PACKETS.get_ptr_mut((random >> 32) as u32 & mask)?;
    Some(Drawn { packet, replay, target, random })
}

impl Drawn {
    /// Returns the packet's description.
    #[inline(always)]
    pub fn packet(&self) -> &Packet {
        // SAFETY: the map's value, of which only the number below changes.
        unsafe { &*self.packet }
    }

    /// Returns a pointer to the packet's first bytes.
    #[inline(always)]
    pub fn bytes<T>(&self) -> *mut T {
        // SAFETY: the map's value.
        unsafe { (&raw mut (*self.packet).bytes).cast() }
    }

    /// Returns how many bytes to write: from 14 to [`KEPT`], a range that the verifier must see.
    #[inline(always)]
    pub fn kept(&self) -> u32 {
        self.packet().length.clamp(14, KEPT as u32)
    }

    /// Returns the partly random 16-bit number in network order.
    #[inline(always)]
    pub fn varied(&self) -> Option<u16> {
        let Packet { bytes, varied_at, varied, .. } = self.packet();
        let [high, low] = bytes.get(*varied_at as usize..)?.first_chunk().copied()?;
        let varied = *varied as u16;
        (varied != 0).then(|| (u16::from_be_bytes([high, low]) | self.random as u16 & varied).to_be())
    }

    /// Increments the number of the packet and returns it in network order.
    #[inline(always)]
    pub fn step(&self) -> Option<u32> {
        // SAFETY: the map's value; one CPU at a time runs this.
        unsafe {
            if (*self.packet).step == 0 {
                return None;
            }
            (*self.packet).number = (*self.packet).number.wrapping_add((*self.packet).step);
            Some((*self.packet).number.to_be())
        }
    }

    /// Waits until the stores have reached the cache. Loading from the processor's store buffer with another
    /// width than the store's is slow, and real packets are never there.
    #[inline(always)]
    pub fn drain(&self) {
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
