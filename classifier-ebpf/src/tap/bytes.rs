// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The payload of a segment: copied from the packet and pushed through the grammar byte by byte.

use core::ffi::c_void;

use classifier_common::control::{ControlSide, PARSE_MAX, Segment, Session, push_byte};

use super::KernelEnv;
use crate::{
    maps::Work,
    secrets,
    verifier::{BLOCK, barrier_var, in_block},
};

/// A packet whose bytes can be copied from any of its parts.
pub trait PacketBytes {
    /// Copies `length` bytes from `offset`; `false` if they are not there.
    fn copy(&self, offset: u32, to: *mut c_void, length: usize) -> bool;
}

/// Returns the same number, from 1 to `MAX`, a power of two. The verifier learns the bound from the last
/// byte's index.
#[inline(always)]
pub fn at_least_one<const MAX: usize>(number: u32) -> usize {
    const { assert!(MAX.is_power_of_two()) };
    (barrier_var((number as usize).wrapping_sub(1)) & (MAX - 1)) + 1
}

impl<S: PacketBytes> KernelEnv<'_, S> {
    /// Copies `count` bytes of payload from its byte `from`; returns how many were copied.
    #[inline(always)]
    pub(super) fn payload(&self, segment: &Segment, from: u32, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let count = at_least_one::<{ PARSE_MAX as usize }>(count);
        // SAFETY: this CPU's value of the map has room for PARSE_MAX bytes.
        let to = unsafe { (&raw mut (*self.work).payload).cast() };
        if self.packet.copy(segment.payload.wrapping_add(from), to, count) { count as u32 } else { 0 }
    }

    /// Copies `count` bytes of payload from its byte `from`, and calls `read` for each block of them; returns
    /// how many.
    #[inline(always)]
    pub fn read_chunk(&self, segment: &Segment, from: u32, count: u32, read: impl Fn(u32, u32)) -> u32 {
        let count = self.payload(segment, from, count);
        for block in 0..PARSE_MAX / BLOCK {
            let from = block * BLOCK;
            if from >= count {
                break;
            }
            read(from, count);
        }
        if segment.side() == ControlSide::Client {
            secrets::zeroize(self.work, count);
        }
        count
    }

    /// Pushes a byte of the chunk through the grammar.
    #[inline(always)]
    pub fn read_byte(&self, segment: &Segment, session: &mut Session, index: u32) {
        // SAFETY: this CPU's value of the map; the remainder is below the payload's length.
        let byte = unsafe { (*self.work).payload[barrier_var(index as usize) % PARSE_MAX as usize] };
        push_byte(self, segment, session, byte);
    }

    /// Returns whether the payload from its byte `from` is text and ends with a line feed.
    #[inline(always)]
    pub(super) fn holds_text(&self, segment: &Segment, from: u32) -> bool {
        let count = self.payload(segment, from, segment.length.wrapping_sub(from));
        let is_text = classifier_is_text(self.work, count) != 0;
        secrets::zeroize(self.work, count);
        is_text
    }
}

/// Returns 1 if the first `count` bytes of the payload are text and end with a line feed. A global function,
/// like those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_is_text(work: *mut Work, count: u32) -> u32 {
    let mut text = 0;
    for block in 0..PARSE_MAX / BLOCK {
        let from = block * BLOCK;
        if from >= count {
            break;
        }
        text = classifier_text_block(work, from, count);
        if text == 0 {
            break;
        }
    }
    u32::from(text == b'\n'.into())
}

/// Returns the last byte of a block of the payload if the whole block is text, else 0.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_text_block(work: *mut Work, from: u32, count: u32) -> u32 {
    in_block(from, count, |index| classifier_text_byte(work, index))
}

/// Returns a byte of the payload if it is a text character, else 0.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_text_byte(work: *mut Work, index: u32) -> u32 {
    // SAFETY: null, for which the verifier demands a check, or this CPU's value of the map, and nobody else's.
    let Some(work) = (unsafe { work.as_ref() }) else { return 0 };
    let byte = work.payload[barrier_var(index as usize) % PARSE_MAX as usize];
    let text = byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    if text { byte.into() } else { 0 }
}
