// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reference counts of host pairs with encrypted sessions.
//!
//! An entry is inserted with 1 and removed by the CPU that counts it down to 0. A count of 0 is never
//! incremented again: another CPU waits until the entry is gone. Nobody therefore removes an entry that was
//! incremented meanwhile.

use aya_ebpf::bindings::BPF_NOEXIST;
use classifier_common::address::Address;

use crate::{
    atomic,
    maps::{ENCRYPTED, POLICY, Work},
};

/// Limit of attempts to increment a pair's count. Each failure is another CPU's success, or an entry that is
/// being removed.
const ATTEMPTS: usize = 16;

/// Counts an encrypted session for the pair of the segment; `false` if the map refused the pair.
#[inline(always)]
pub fn join(work: *mut Work) -> bool {
    classifier_join_pair(work) != 0
}

/// Ends an encrypted session that was counted for the pair of the segment.
#[inline(always)]
pub fn leave(work: *mut Work) {
    classifier_leave_pair(work);
}

#[inline(always)]
fn pair(work: *mut Work) -> Option<[Address; 2]> {
    // SAFETY: null, for which the verifier demands a check, or this CPU's value of the map, and nobody else's.
    let key = unsafe { &work.as_ref()?.segment.key };
    Some([key.client, key.server])
}

/// Adds to the number of all encrypted sessions.
#[inline(always)]
fn add_to_all(change: i64) {
    if let Some(policy) = POLICY.get_ptr_mut(0) {
        // SAFETY: eight aligned bytes of the map's value.
        unsafe { atomic::fetch_add(&raw mut (*policy).encrypted, change.cast_unsigned()) };
    }
}

/// Repeats attempts until one is decided; returns 1 if the session is counted.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_join_pair(work: *mut Work) -> u32 {
    for _ in 0..ATTEMPTS {
        let result = classifier_try_join_pair(work);
        if result != AGAIN {
            return result;
        }
    }
    0
}

/// Errors of an insertion that another CPU has beaten: the key exists, or its bucket is locked.
const EEXIST: i32 = 17;
const EBUSY: i32 = 16;

/// Result of an attempt that was beaten by another CPU.
const AGAIN: u32 = 2;

/// Attempts to count a session; returns 1 if it is counted, 0 if the map is full, or [`AGAIN`].
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_try_join_pair(work: *mut Work) -> u32 {
    let Some(pair) = pair(work) else { return 0 };
    if let Some(count) = ENCRYPTED.get_ptr_mut(pair) {
        // SAFETY: eight aligned bytes of the map's value; volatile, because others change it meanwhile.
        let before = unsafe { count.read_volatile() };
        // SAFETY: as above.
        if before == 0 || unsafe { atomic::compare_exchange(count, before, before.wrapping_add(1)) } != before
        {
            return AGAIN;
        }
    } else if let Err(refused) = ENCRYPTED.insert(pair, 1, BPF_NOEXIST.into()) {
        // By the error, and not by another look-up: the entry of the other CPU may be gone again.
        return if [EEXIST, EBUSY].contains(&-refused) { AGAIN } else { 0 };
    }
    add_to_all(1);
    1
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_leave_pair(work: *mut Work) -> u32 {
    let Some(pair) = pair(work) else { return 0 };
    add_to_all(-1);
    if let Some(count) = ENCRYPTED.get_ptr_mut(pair)
        // SAFETY: eight aligned bytes of the map's value, which stays while this session is counted in it.
        && unsafe { atomic::fetch_add(count, 1_u64.wrapping_neg()) } == 1
    {
        // The entry is still there: its count was above 0 until now.
        let _ = ENCRYPTED.remove(pair);
    }
    0
}

/// Returns whether two hosts have an encrypted session.
#[inline(always)]
pub fn has(client: Address, server: Address) -> bool {
    // SAFETY: eight bytes, copied at once.
    unsafe { ENCRYPTED.get([client, server]) }.is_some_and(|count| *count != 0)
}
