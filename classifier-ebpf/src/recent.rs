// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The tables of what was seen last: candidates of control connections, first fragments, and UDP flows.
//!
//! Each operation is a global function, because the verifier would check it again at each call.

use aya_ebpf::{btf_maps::Array, helpers::generated::bpf_ktime_get_coarse_ns};
use classifier_common::{
    control::Embryonic,
    flow::Flow,
    label::Label,
    table::{
        hash,
        recent::{Key, Recent, RecentTable, Remembered, WAYS},
    },
};

use crate::{
    atomic,
    bucket::SharedBucket,
    maps::{self, CANDIDATES, FLOWS, FRAGMENTS, MMAPABLE, REMEMBERED},
};

/// A table in a map of this many buckets.
pub struct Table<K: 'static, V: 'static, const BUCKETS: usize>(
    pub &'static Array<[Recent<K, V>; WAYS], BUCKETS, MMAPABLE>,
);

impl<K: Key, V: Copy + Default, const BUCKETS: usize> RecentTable for Table<K, V, BUCKETS> {
    type Key = K;
    type Value = V;
    type Bucket = SharedBucket<Recent<K, V>, WAYS>;

    #[inline(always)]
    fn bucket(&self, hash: u64) -> Option<Self::Bucket> {
        self.0.get_ptr_mut(hash::bucket(hash, BUCKETS) as u32).map(SharedBucket::behind)
    }

    #[inline(always)]
    fn now(&self) -> u64 {
        // SAFETY: a clock reading has no requirements. Exact to a tick of the kernel, which is cheap.
        unsafe { bpf_ktime_get_coarse_ns() }
    }
}

/// Returns the state of the connection of the segment in this CPU's work, if it is not established yet.
#[inline(always)]
pub fn candidate() -> Option<Embryonic> {
    if classifier_candidate() == 0 {
        return None;
    }
    // SAFETY: this CPU's value of the map, and nobody else's.
    maps::work().map(|work| unsafe { (*work).embryonic })
}

/// Reads that state into this CPU's work; returns 0 if there is none.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_candidate() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's. So below.
    let (key, to) = unsafe { (&(*work).segment.key, &mut (*work).embryonic) };
    Table(&CANDIDATES).recall(key).map(|known| *to = known).is_some().into()
}

/// Stores that state. Refused while another CPU changes the entry: the next segment is then handled like this one.
#[inline(always)]
pub fn keep_candidate(embryonic: &Embryonic) {
    if let Some(work) = maps::work() {
        // SAFETY: as above.
        unsafe { (*work).embryonic = *embryonic };
        classifier_keep_candidate();
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_keep_candidate() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: as above.
    let (key, embryonic) = unsafe { (&(*work).segment.key, &(*work).embryonic) };
    Table(&CANDIDATES).remember(key, *embryonic) as u32
}

/// Removes that state.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_drop_candidate() -> u32 {
    if let Some(work) = maps::work() {
        // SAFETY: as above.
        Table(&CANDIDATES).forget(unsafe { &(*work).segment.key });
    }
    0
}

/// Returns the label of the first fragment whose key is in this CPU's work.
#[inline(always)]
pub fn first_fragment() -> Option<Label> {
    classifier_first_fragment().checked_sub(1).map(Label::unpack)
}

/// Returns the packed label of that first fragment, plus one; 0 if it was not seen.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_first_fragment() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: as above.
    Table(&FRAGMENTS).recall(unsafe { &(*work).fragment }).map_or(0, |label| label + 1)
}

/// Stores the label of the first fragment whose key is in this CPU's work; `false` while another CPU changes the entry.
#[inline(always)]
pub fn keep_first_fragment(label: Label) -> bool {
    classifier_keep_first_fragment(label.pack()) != Remembered::Refused as u32
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_keep_first_fragment(label: u32) -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: as above.
    let remembered = Table(&FRAGMENTS).remember(unsafe { &(*work).fragment }, label);
    if remembered == Remembered::Added
        && let Some(number) = REMEMBERED.get_ptr_mut(0)
    {
        // SAFETY: eight aligned bytes of the map's value.
        unsafe { atomic::add(number, 1) };
    }
    remembered as u32
}

/// Returns what is remembered of the flow whose key is in this CPU's work, as a number; 0 if it is not known.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_known_flow() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: as above.
    Table(&FLOWS).recall(unsafe { &(*work).flow }).map_or(0, u32::from)
}

/// Remembers that flow; returns a [`Remembered`].
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_keep_flow(flow: u32) -> u32 {
    let (Some(work), Some(flow)) = (maps::work(), Flow::from_number(flow)) else { return 0 };
    // SAFETY: as above.
    Table(&FLOWS).remember(unsafe { &(*work).flow }, flow) as u32
}
