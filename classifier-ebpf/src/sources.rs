//! Whom things are observed of: the programs' half of the evidence.

use aya_ebpf::{Global, btf_maps::PerCpuArray, helpers::bpf_ktime_get_ns, macros::btf_map};
use classifier_common::{
    abi::Direction,
    endpoint::Address,
    evidence::{
        Finding, Observation, Observed, SEEN_ROWS, SOURCE_SETS, SeenTable, SourceKey, SourceSet, set_of,
    },
};

use crate::{atomic, verifier::opaque};

#[btf_map]
static SOURCES: PerCpuArray<SourceSet, SOURCE_SETS> = PerCpuArray::new();

#[btf_map]
static SEEN: PerCpuArray<SeenTable, { Observation::ALL.len() }> = PerCpuArray::new();

/// Number of the last set, one less than a power of two: written before the program is loaded.
#[unsafe(no_mangle)]
static LAST_SOURCE_SET: Global<u32> = Global::new(SOURCE_SETS as u32 - 1);

/// Notes a connection whose outcome is known.
#[inline(always)]
pub fn note(finding: &Finding) {
    observe(&finding.into());
}

/// Notes that a host sent an ICMP redirect.
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

/// Notes an observation. A function with a name of its own is checked by the verifier once, whoever calls it; numbers go in,
/// so that nobody has to keep memory for it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_observe(high: u64, low: u64, now: u64, word: u64) -> u32 {
    let observed = Observed::from_word(Address::words(high, low), now, word);
    if let Some(table) = SEEN.get_ptr_mut(observed.observation()) {
        // SAFETY: this CPU's value of the map: programs do not interrupt each other on a CPU.
        let table = unsafe { &mut *table };
        if let Some(seen) = table.get_mut(opaque(observed.row()) & (SEEN_ROWS - 1)) {
            seen.note(&observed);
        }
    }
    for key in [SourceKey::host(&observed), SourceKey::network(&observed)] {
        let [high, low, what] = key.to_words();
        classifier_source(high, low, what, now);
    }
    0
}

/// Counts a prefix in the set that it belongs into. Apart, as that above.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_source(high: u64, low: u64, what: u64, now: u64) -> u32 {
    let key = &SourceKey::words([high, low, what]);
    let number = set_of(key, LAST_SOURCE_SET.load() as usize);
    let Some(set) = SOURCES.get_ptr_mut(number as u32) else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's but a reader's, who sees by the two numbers, changed in steps
    // that order what is between them, whether the copy is of one moment.
    unsafe {
        step(&raw mut (*set).begun);
        (*set).note(key, now, opaque);
        step(&raw mut (*set).ended);
    }
    0
}

/// One more; what was written before is there for every CPU before it, and what is written after, after it.
///
/// # Safety
///
/// The pointer must be to eight aligned bytes of this CPU's value of a map.
#[inline(always)]
unsafe fn step(number: *mut u64) {
    // SAFETY: the caller's promise; nobody else writes there, so it is exchanged.
    unsafe {
        let before = number.read_volatile();
        atomic::compare_exchange(number, before, before.wrapping_add(1));
    }
}
