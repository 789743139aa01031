//! Heavy hitters in a fixed size: sets of a few places, each by the algorithm space-saving (Metwally, Agrawal and El Abbadi,
//! 2005).
//!
//! A key belongs into one set. If it has a place there, that counts one more; else it takes over the place that counts least,
//! goes on from its count, and notes that count as its error. What holds of a set at any moment:
//!
//! 1. The counts of its places add up to the observations that went to it: each adds 1 to one place and takes nothing away.
//! 2. The least count never falls, and is 0 as long as a place is free.
//! 3. A key that has no place was observed at most as often as the least count says: it had none to begin with, when the
//!    least was 0 or more; and when it lost one, that place counted least, and not less than the key was observed (4).
//! 4. A key that has a place was observed at most `count` and at least `count - error` times: when it took the place over it
//!    had been observed no more often than the least count, by 3, and that became its error; from then on all is counted.
//!
//! By 1 the least count of a set of [`SOURCE_WAYS`] is at most the observations that went to it, divided by those.

use super::{Observation, Source, SourceKey};

/// Places in a set.
pub const SOURCE_WAYS: usize = 16;
/// Sets, unless the agent says another number; always a power of two.
pub const SOURCE_SETS: usize = 512;

/// Parts of the table, by what is observed, so that scans leave no place to nobody else: a connection's outcomes have one
/// each, redirects are with the rejected.
const REGIONS: usize = 4;
/// Their logarithm.
const REGION_BITS: u32 = REGIONS.trailing_zeros();

/// The part of the table for what is observed, by its number.
#[inline(always)]
const fn region(observation: u8) -> usize {
    const REDIRECT: u8 = Observation::Redirect.number();
    const REJECTED: usize = 2;
    if observation == REDIRECT { REJECTED } else { observation as usize % REGIONS }
}

/// The set that a key belongs into, in a table whose last set has the number `last`: a power of two, less one.
#[inline(always)]
#[must_use]
pub const fn set_of(key: &SourceKey, last: usize) -> usize {
    let hash = (key.hash() >> 32) as usize;
    let sets = (last + 1) >> REGION_BITS;
    (region(key.number()) * sets + (hash & (last >> REGION_BITS))) & last
}

/// For each observation, in the order of [`Observation::ALL`], the sets of its part in a table of so many.
#[must_use]
pub fn regions(sets: usize) -> [core::ops::Range<usize>; Observation::ALL.len()] {
    let size = sets >> REGION_BITS;
    Observation::ALL.map(|observation| {
        let begin = region(observation.number()) * size;
        begin..begin + size
    })
}

/// Whether a key may belong into set `one` of a table of `ones` sets, and into set `other` of one of `others`.
#[cfg(feature = "host")]
pub(super) const fn share(one: usize, ones: usize, other: usize, others: usize) -> bool {
    let (ones, others) = (ones >> REGION_BITS, others >> REGION_BITS);
    let fewer = if ones < others { ones } else { others };
    one / ones == other / others && one % fewer == other % fewer
}

/// A set, with a number at either end that a reader tells by whether it was written to meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct SourceSet {
    /// Changes that have ended. A copy of a set begins here.
    pub ended: u64,
    /// The places, in no order.
    pub sources: [Source; SOURCE_WAYS],
    /// Changes that have begun. A copy of a set ends here.
    pub begun: u64,
}

const _: () = assert!(size_of::<SourceSet>() == SOURCE_WAYS * size_of::<Source>() + 16);

impl Default for SourceSet {
    fn default() -> Self {
        Self { ended: 0, sources: [Source::default(); SOURCE_WAYS], begun: 0 }
    }
}

impl SourceSet {
    /// Counts one observation of a key that belongs into this set. `hide` gives its number back, in a form that the
    /// compiler knows nothing of.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "in the kernel both are of 64 bits, elsewhere a few bits are used"
    )]
    pub fn note(&mut self, key: &SourceKey, now: u64, hide: impl Fn(usize) -> usize + Copy) {
        const WAYS: u64 = SOURCE_WAYS as u64;
        // The least of these numbers says which place, and whether it is the key's own: then it is below WAYS. Without a
        // branch, so that there is one way through the loop for the verifier, and not a few for every place.
        let mut least = u64::MAX >> 1;
        for (way, source) in (0..).zip(&self.sources) {
            let is_other = hide(usize::from(source.key.differs(key))) as u64;
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

    /// How often a key without a place here may have been observed at most.
    #[must_use]
    pub fn floor(&self) -> u64 {
        self.sources.iter().map(|source| source.count).min().unwrap_or_default()
    }

    /// Whether a copy of it is of one moment.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.ended == self.begun
    }
}
