// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Payload inspection of sessions: passes the bytes of segments to listeners.

use classifier_common::{control::PARSE_MAX, session::Listener};

use crate::{
    hook::Hook,
    maps::{self, LISTENERS, Work},
    secrets,
    tap::at_least_one,
    verifier::{BLOCK, barrier_var, in_block},
};

/// Passes the next part of the segment to the listener of this CPU's event.
#[inline(always)]
pub fn listen<H: Hook>(ctx: H) -> u32 {
    let Some(work) = maps::work() else { return 0 };
    let part = classifier_listen_part(work);
    let (from, count) = ((part >> 32) as u32, part as u32);
    if count == 0 {
        return 0;
    }
    let count = at_least_one::<{ PARSE_MAX as usize }>(count);
    // SAFETY: this CPU's value of the map, which has room for PARSE_MAX bytes.
    let (offset, to) =
        unsafe { ((*work).ends.payload.wrapping_add(from), (&raw mut (*work).payload).cast()) };
    if ctx.copy(offset, to, count) {
        classifier_listen_bytes(work, count as u32);
        secrets::zeroize(work, count as u32);
    } else {
        // SAFETY: this CPU's value of the map, and nobody else's.
        unsafe { (*work).event.parts = 0 };
    }
    0
}

/// Returns the part of the segment for the listener: its first byte, and in the lower half the number of
/// bytes.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_listen_part(work: *mut Work) -> u64 {
    // SAFETY: null, for which the verifier demands a check, or this CPU's value of the map, and nobody else's.
    let Some(event) = (unsafe { work.as_mut() }).map(|work| &mut work.event) else { return 0 };
    let Some(listener) = LISTENERS.get_ptr_mut(event.entry) else {
        event.parts = 0;
        return 0;
    };
    // SAFETY: the map's value. Two CPUs may hold it, each for one direction of the session, whose fields it
    // alone writes.
    let (from, count) = event.listen(unsafe { &mut *listener }, PARSE_MAX);
    u64::from(from) << 32 | u64::from(count)
}

/// Passes the first `count` bytes of the payload to the listener.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_listen_bytes(work: *mut Work, count: u32) -> u32 {
    if work.is_null() {
        return 0;
    }
    // SAFETY: this CPU's value of the map, and nobody else's.
    let Some(listener) = LISTENERS.get_ptr_mut(unsafe { (*work).event.entry }) else { return 0 };
    for block in 0..PARSE_MAX / BLOCK {
        let from = block * BLOCK;
        if from >= count || classifier_listen_block(work, listener, from, count) == 0 {
            break;
        }
    }
    0
}

/// Passes a block of the payload to the listener; returns 0 if the rest does not matter.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_listen_block(
    work: *mut Work,
    listener: *mut Listener,
    from: u32,
    count: u32,
) -> u32 {
    in_block(from, count, |index| classifier_listen_byte(work, listener, index))
}

/// Passes a byte of the payload to the listener; returns 0 if the rest does not matter.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_listen_byte(work: *mut Work, listener: *mut Listener, index: u32) -> u32 {
    // SAFETY: null, for which the verifier demands a check, or this CPU's value of its map and the listener's, as above.
    let (work, listener) = unsafe { (work.as_mut(), listener.as_mut()) };
    let (Some(work), Some(listener)) = (work, listener) else { return 0 };
    let byte = work.payload[barrier_var(index as usize) % PARSE_MAX as usize];
    work.event.push(listener, byte).into()
}
