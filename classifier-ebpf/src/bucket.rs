// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Buckets of a hash table in a map's value.

use classifier_common::table::{Bucket, Entry};

use crate::{atomic, verifier::barrier_var};

/// A bucket of `N` entries, shared with other CPUs and the agent.
pub struct SharedBucket<E, const N: usize>(*mut [E; N]);

impl<E: Entry, const N: usize> SharedBucket<E, N> {
    /// Wraps the bucket behind a pointer that the kernel has returned: the value of an array map.
    #[inline(always)]
    pub fn behind(value: *mut [E; N]) -> Self {
        const { assert!(size_of::<E::Word>() == size_of::<u64>() && E::WORD.is_multiple_of(size_of::<u64>())) };
        Self(value)
    }

    #[inline(always)]
    fn at(&self, way: usize) -> *mut E {
        // SAFETY: the remainder is below N, so the entry lies within the map's value.
        unsafe { self.0.cast::<E>().add(barrier_var(way) % N) }
    }

    #[inline(always)]
    fn word_at(entry: *mut E) -> *mut E::Word {
        // SAFETY: callers pass the address of an entry, and its word lies within it, aligned as every entry is.
        unsafe { entry.byte_add(E::WORD).cast() }
    }
}

impl<E: Entry, const N: usize> Bucket for SharedBucket<E, N> {
    type Entry = E;

    #[inline(always)]
    fn word(&self, way: usize) -> E::Word {
        // SAFETY: in range as above; volatile, because others change it meanwhile.
        unsafe { Self::word_at(self.at(way)).read_volatile() }
    }

    /// Reads at constant offsets, one instruction per word.
    #[inline(always)]
    fn words<const M: usize>(&self) -> [E::Word; M] {
        const { assert!(M <= N) };
        let entries = self.0.cast::<E>();
        // SAFETY: each way is below N; volatile, because others change the words meanwhile.
        core::array::from_fn(|way| unsafe { Self::word_at(entries.add(way)).read_volatile() })
    }

    #[inline(always)]
    fn entry(&self, way: usize) -> E {
        // SAFETY: in range as above. A torn entry has another word, which callers compare before they use the
        // entry.
        unsafe { self.at(way).read() }
    }

    #[inline(always)]
    fn matches(&self, way: usize, key: &E::Key) -> bool {
        // SAFETY: in range as above. If a writer tears the key, the key does not match, or the exchange of
        // the word fails.
        unsafe { (*self.at(way)).is_of(key) }
    }

    #[inline(always)]
    fn replace(&self, way: usize, old: E::Word, new: E::Word) -> bool {
        let (old, new) = (old.into(), new.into());
        // SAFETY: in range as above, and eight aligned bytes.
        old == unsafe { atomic::compare_exchange(Self::word_at(self.at(way)).cast(), old, new) }
    }

    #[inline(always)]
    fn fill(&self, way: usize, mut claimed: E, word: E::Word) {
        let claim = *claimed.word_mut();
        // SAFETY: in range as above; the entry is claimed, so nobody else writes to it, and its word is
        // written unchanged.
        unsafe { self.at(way).write(claimed) };
        self.replace(way, claim, word);
    }

    #[inline(always)]
    fn update(&self, way: usize, change: impl FnOnce(&mut E)) {
        // SAFETY: in range as above; the last writer's change wins.
        change(unsafe { &mut *self.at(way) });
    }

    #[inline(always)]
    fn widen(&self, way: usize) -> usize {
        // The verifier knows a difference of two hidden values as any number, so it cannot see that this one
        // is 0.
        let word: u64 = self.word(way).into();
        let zero = barrier_var(word as usize).wrapping_sub(barrier_var(word as usize));
        barrier_var(zero + way) % N
    }
}
