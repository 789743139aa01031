// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Evidence in the kernel: peers of connections, ports of other services, and senders of redirects.

use aya_ebpf::{Global, helpers::bpf_ktime_get_ns};
use classifier_common::{
    abi::Direction,
    address::Address,
    evidence::{Finding, Observed, SEEN_ROWS, SERVICE_BUCKETS, SOURCE_BUCKETS, SourceKey, bucket_of},
};

use crate::{
    atomic,
    maps::{SEEN, SERVICES, SOURCES},
    verifier::barrier_var,
};

/// Number of the last bucket, one less than a power of two. The agent writes it before it loads the programs.
#[unsafe(no_mangle)]
static LAST_SOURCE_BUCKET: Global<u32> = Global::new(SOURCE_BUCKETS as u32 - 1);

/// Notes a connection with a known outcome: its peer, or the port of another service.
#[inline(always)]
pub fn note(finding: &Finding) {
    let observed = Observed::from(finding);
    if observed.is_of_other_service() {
        let [high, low, what] = SourceKey::service(&observed).to_words();
        classifier_source(high, low, what, observed.now);
    } else {
        observe(&observed);
    }
}

/// Notes the sender of an ICMP redirect.
#[inline(always)]
pub fn note_redirect(sender: Address, direction: Direction) {
    // SAFETY: a clock reading has no requirements.
    observe(&Observed::redirect(sender, unsafe { bpf_ktime_get_ns() }, direction));
}

#[inline(always)]
fn observe(observed: &Observed) {
    let [high, low] = observed.peer.to_words();
    classifier_observe(high, low, observed.now, observed.word());
}

/// Notes an observation. A global function, which the verifier checks once. Its arguments are numbers, so
/// that no caller needs stack for them.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_observe(high: u64, low: u64, now: u64, word: u64) -> u32 {
    let observed = Observed::from_word(Address::of_words([high, low]), now, word);
    if let Some(table) = SEEN.get_ptr_mut(observed.observation()) {
        // SAFETY: this CPU's value of the map: programs do not interrupt each other on a CPU.
        let table = unsafe { &mut *table };
        if let Some(seen) = table.get_mut(barrier_var(observed.row()) & (SEEN_ROWS - 1)) {
            seen.note(&observed);
        }
    }
    for key in [SourceKey::host(&observed), SourceKey::network(&observed)] {
        let [high, low, what] = key.to_words();
        classifier_source(high, low, what, now);
    }
    0
}

/// Counts a prefix or a service in its bucket. A global function, like the one above.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_source(high: u64, low: u64, what: u64, now: u64) -> u32 {
    let key = &SourceKey::words([high, low, what]);
    let bucket = if key.is_service() {
        SERVICES.get_ptr_mut(bucket_of(key, SERVICE_BUCKETS - 1) as u32)
    } else {
        SOURCES.get_ptr_mut(bucket_of(key, LAST_SOURCE_BUCKET.load() as usize) as u32)
    };
    let Some(bucket) = bucket else { return 0 };
    // SAFETY: this CPU's value of the map, written by nobody else. A reader compares the two sequence
    // numbers, which order the changes between them, and so detects a torn copy.
    unsafe {
        step(&raw mut (*bucket).begun);
        (*bucket).note(key, now, barrier_var);
        step(&raw mut (*bucket).ended);
    }
    0
}

/// Increments a number between two memory barriers: a reader sees earlier writes before it and later writes
/// after it.
///
/// # Safety
///
/// The pointer must be to eight aligned bytes of this CPU's value of a map.
#[inline(always)]
unsafe fn step(number: *mut u64) {
    // SAFETY: guaranteed by the caller; nobody else writes there, so the exchange cannot lose an update.
    unsafe {
        let before = number.read_volatile();
        atomic::compare_exchange(number, before, before.wrapping_add(1));
    }
}
