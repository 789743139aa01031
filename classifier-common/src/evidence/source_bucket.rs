// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Heavy hitters in fixed memory: buckets of a few entries, each by the algorithm space-saving
//! (Metwally, Agrawal and El Abbadi, 2005).
//!
//! A key belongs to one bucket. If it has an entry there, the entry counts one more. Otherwise it replaces the
//! entry with the least count, continues from that count, and stores it as its overcount. Invariants of a bucket:
//!
//! 1. The counts of its entries add up to its observations: each observation adds 1 to one entry.
//! 2. The least count never falls, and is 0 as long as an entry is free.
//! 3. A key without an entry was observed at most as often as the least count. At first it has no observation.
//!    When it lost its entry, that entry had the least count, which was not below the key's observations (4).
//! 4. A key with an entry was observed at most `count` and at least `count - error` times. When it replaced the
//!    entry, it had been observed at most as often as the least count (3), which became `error`; every later
//!    observation is counted.
//!
//! By 1, the least count of a bucket is at most its observations divided by [`SOURCE_WAYS`].

use super::{Observation, Source, SourceKey};

/// Number of entries in a bucket.
pub const SOURCE_WAYS: usize = 16;
/// Number of buckets, unless the agent sets another; always a power of two.
pub const SOURCE_BUCKETS: usize = 512;
/// Number of buckets of other services; a power of two.
pub const SERVICE_BUCKETS: usize = 128;

/// Number of regions of the table, by observation, so that a scan cannot evict all other peers. Each outcome
/// of a connection has one; redirects share that of rejected connections.
const REGIONS: usize = 4;
/// Binary logarithm of the number of regions.
const REGION_BITS: u32 = REGIONS.trailing_zeros();

/// Returns the region of an observation, by its number.
#[inline(always)]
const fn region(observation: u8) -> usize {
    const REDIRECT: u8 = Observation::Redirect.number();
    const REJECTED: usize = 2;
    if observation == REDIRECT { REJECTED } else { observation as usize % REGIONS }
}

/// Returns the bucket of a key, in a table whose last bucket has the number `last`: a power of two minus one.
#[inline(always)]
#[must_use]
pub const fn bucket_of(key: &SourceKey, last: usize) -> usize {
    let hash = (key.hash() >> 32) as usize;
    let buckets = (last + 1) >> REGION_BITS;
    (region(key.number()) * buckets + (hash & (last >> REGION_BITS))) & last
}

/// Returns the buckets of each observation's region in a table of `buckets`, in the order of
/// [`Observation::ALL`].
#[must_use]
pub fn regions(buckets: usize) -> [core::ops::Range<usize>; Observation::ALL.len()] {
    let size = buckets >> REGION_BITS;
    Observation::ALL.map(|observation| {
        let begin = region(observation.number()) * size;
        begin..begin + size
    })
}

/// Returns whether a key may belong to bucket `one` of a table of `ones`, and to bucket `other` of a table of
/// `others`.
#[cfg(feature = "host")]
pub(super) const fn share(one: usize, ones: usize, other: usize, others: usize) -> bool {
    let (ones, others) = (ones >> REGION_BITS, others >> REGION_BITS);
    let fewer = if ones < others { ones } else { others };
    one / ones == other / others && one % fewer == other % fewer
}

/// A bucket of sources, with a sequence number at either end, by which a reader detects a concurrent write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct SourceBucket {
    /// Number of finished changes. A reader copies it first.
    pub ended: u64,
    /// Entries, in no order.
    pub sources: [Source; SOURCE_WAYS],
    /// Number of started changes. A reader copies it last.
    pub begun: u64,
}

const _: () = assert!(size_of::<SourceBucket>() == SOURCE_WAYS * size_of::<Source>() + 16);

impl Default for SourceBucket {
    fn default() -> Self {
        Self { ended: 0, sources: [Source::default(); SOURCE_WAYS], begun: 0 }
    }
}

impl SourceBucket {
    /// Counts one observation of a key of this bucket. `hide` returns its argument unchanged, hidden from the
    /// compiler.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "in the kernel both are of 64 bits, elsewhere a few bits are used"
    )]
    pub fn note(&mut self, key: &SourceKey, now: u64, hide: impl Fn(usize) -> usize + Copy) {
        const WAYS: u64 = SOURCE_WAYS as u64;
        // The least number selects the entry, and says whether it is the key's own: then it is below WAYS.
        // Without a branch, so that the verifier follows one path through the loop.
        let mut least = u64::MAX >> 1;
        for (way, source) in (0..).zip(&self.sources) {
            let is_other = hide(usize::from(source.key.differs(key, hide))) as u64;
            let rank = ((source.count + 1) * WAYS * is_other) | way;
            let less = hide((rank.wrapping_sub(least) >> 63) as usize) as u64;
            least = least.wrapping_add(rank.wrapping_sub(least) & less.wrapping_neg());
        }
        let Some(source) = self.sources.get_mut(hide(least as usize) & (SOURCE_WAYS - 1)) else { return };
        if least >= WAYS {
            (source.key, source.error, source.first) = (*key, source.count, now);
        }
        source.count += 1;
        source.last = now;
    }

    /// Returns the upper bound of the observations of a key without an entry here.
    #[must_use]
    pub fn floor(&self) -> u64 {
        self.sources.iter().map(|source| source.count).min().unwrap_or_default()
    }

    /// Returns whether a copy is consistent.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.ended == self.begun
    }
}
