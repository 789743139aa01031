// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hash tables in the memory of a process, for captures, tests and fuzzers.

use std::{cell::RefCell, rc::Rc};

use super::{Bucket, Entry};

/// A bucket of `N` entries that nobody else changes.
#[derive(Debug)]
pub struct MemoryBucket<E, const N: usize>(Rc<RefCell<[E; N]>>);

impl<E, const N: usize> Clone for MemoryBucket<E, N> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<E: Entry, const N: usize> Default for MemoryBucket<E, N> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new([E::default(); N])))
    }
}

impl<E: Entry, const N: usize> MemoryBucket<E, N> {
    fn with<T: Default>(&self, way: usize, change: impl FnOnce(&mut E) -> T) -> T {
        self.0.borrow_mut().get_mut(way).map(change).unwrap_or_default()
    }
}

impl<E: Entry, const N: usize> Bucket for MemoryBucket<E, N> {
    type Entry = E;

    fn word(&self, way: usize) -> E::Word {
        let mut entries = self.0.borrow_mut();
        entries.get_mut(way).map_or_else(|| *E::default().word_mut(), |entry| *entry.word_mut())
    }

    fn entry(&self, way: usize) -> E {
        self.with(way, |entry| *entry)
    }

    fn matches(&self, way: usize, key: &E::Key) -> bool {
        self.0.borrow().get(way).is_some_and(|entry| entry.is_of(key))
    }

    fn replace(&self, way: usize, old: E::Word, new: E::Word) -> bool {
        self.with(way, |entry| {
            let word = entry.word_mut();
            let unchanged = *word == old;
            if unchanged {
                *word = new;
            }
            unchanged
        })
    }

    fn fill(&self, way: usize, claimed: E, word: E::Word) {
        self.with(way, |entry| {
            *entry = claimed;
            *entry.word_mut() = word;
        });
    }

    fn update(&self, way: usize, change: impl FnOnce(&mut E)) {
        self.with(way, change);
    }
}

/// A table that allocates its buckets on first use, in the places of their numbers.
#[derive(Debug)]
pub struct MemoryTable<E, const N: usize>(RefCell<Vec<Option<MemoryBucket<E, N>>>>);

impl<E, const N: usize> Default for MemoryTable<E, N> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<E: Entry, const N: usize> MemoryTable<E, N> {
    /// Returns the bucket with this number.
    pub fn bucket(&self, number: usize) -> MemoryBucket<E, N> {
        let mut buckets = self.0.borrow_mut();
        if buckets.len() <= number {
            buckets.resize(number + 1, None);
        }
        buckets.get_mut(number).map(|bucket| bucket.get_or_insert_default().clone()).unwrap_or_default()
    }

    /// Frees every entry.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Returns all allocated buckets by number, in order.
    #[must_use]
    pub fn buckets(&self) -> Vec<(usize, MemoryBucket<E, N>)> {
        let buckets = self.0.borrow();
        buckets.iter().enumerate().filter_map(|(number, bucket)| Some((number, bucket.clone()?))).collect()
    }
}
