// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Protection of client secrets. No map keeps a login: the payload of a control connection is zeroized after
//! reading, and segments for the agent are redacted.

use core::mem::offset_of;

use classifier_common::control::{PARSE_MAX, Redactor, SEGMENT_MAX};

use crate::{
    maps::Work,
    verifier::{BLOCK, barrier_var, in_block},
};

/// The payload is zeroized by words, so it must be aligned.
const _: () = assert!(offset_of!(Work, payload).is_multiple_of(align_of::<u64>()));

/// Zeroizes the first `count` bytes of the payload after they were read.
#[inline(always)]
pub fn zeroize(work: *mut Work, count: u32) {
    classifier_zeroize(work, count);
}

/// Zeroizes the first `count` bytes of the payload.
///
/// A global function, like those below: the verifier would check an inlined loop again for each number of
/// turns of the loop before it.
#[unsafe(no_mangle)]
#[inline(never)]
#[expect(clippy::cast_ptr_alignment, reason = "the payload is aligned for words, as asserted above")]
extern "C" fn classifier_zeroize(work: *mut Work, count: u32) -> u32 {
    const WORDS: usize = PARSE_MAX as usize / 8;
    if work.is_null() {
        return 0;
    }
    let words = count.div_ceil(8);
    for index in 0..WORDS as u32 {
        if index >= words {
            break;
        }
        // SAFETY: this CPU's value of the map; the remainder is below the eighth of the payload's bytes, which lie at a
        // multiple of eight.
        unsafe {
            let payload = (&raw mut (*work).payload).cast::<u64>();
            payload.add(barrier_var(index as usize) % WORDS).write_volatile(0);
        }
    }
    0
}

/// Redacts the first `count` bytes of the body, the payload of a client's segment.
#[inline(always)]
pub fn redact(work: *mut Work, count: u32) {
    // SAFETY: this CPU's value of the map, and nobody else's.
    let redactor = unsafe { &mut (*work).redactor };
    *redactor = Redactor::default();
    classifier_redact_pass(work, count);
    redactor.decide();
    classifier_redact_pass(work, count);
}

/// Passes the first `count` bytes of the body through the redactor.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_redact_pass(work: *mut Work, count: u32) -> u32 {
    for block in 0..SEGMENT_MAX as u32 / BLOCK {
        let from = block * BLOCK;
        if from >= count {
            break;
        }
        classifier_redact_block(work, from, count);
    }
    0
}

/// Passes a block of the body through the redactor.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_redact_block(work: *mut Work, from: u32, count: u32) -> u32 {
    in_block(from, count, |index| classifier_redact_byte(work, index))
}

/// Passes a byte of the body through the redactor; returns 1.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_redact_byte(work: *mut Work, index: u32) -> u32 {
    // SAFETY: null, for which the verifier demands a check, or this CPU's value of the map, and nobody else's.
    if let Some(work) = unsafe { work.as_mut() } {
        let byte = &mut work.body[barrier_var(index as usize) % SEGMENT_MAX];
        *byte = work.redactor.push(*byte);
    }
    1
}
