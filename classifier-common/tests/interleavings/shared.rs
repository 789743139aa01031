// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Memory whose every access is a step.

use std::{mem::MaybeUninit, ptr};

use classifier_common::table::{Bucket, Entry};
use loom::sync::{Arc, Mutex};

/// Runs a model in every order of its steps with at most so many switches away from a thread that could continue.
pub fn in_every_order(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

/// A bucket of `N` entries that threads share.
pub struct SharedBucket<E, const N: usize>(Arc<[Mutex<E>; N]>);

impl<E, const N: usize> Clone for SharedBucket<E, N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: Entry, const N: usize> SharedBucket<E, N> {
    pub fn new() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Mutex::new(E::default()))))
    }

    /// Makes one step with an entry.
    fn step<T>(&self, way: usize, step: impl FnOnce(&mut E) -> T) -> T {
        step(&mut self.0[way].lock().unwrap())
    }
}

impl<E: Entry, const N: usize> Bucket for SharedBucket<E, N> {
    type Entry = E;

    fn word(&self, way: usize) -> E::Word {
        self.step(way, |entry| *entry.word_mut())
    }

    fn entry(&self, way: usize) -> E {
        let one = self.step(way, |entry| *entry);
        self.step(way, |other| halves(&one, other))
    }

    fn matches(&self, way: usize, key: &E::Key) -> bool {
        self.step(way, |entry| entry.is_of(key))
    }

    fn replace(&self, way: usize, old: E::Word, new: E::Word) -> bool {
        self.step(way, |entry| {
            let is_old = *entry.word_mut() == old;
            if is_old {
                *entry.word_mut() = new;
            }
            is_old
        })
    }

    fn fill(&self, way: usize, claimed: E, word: E::Word) {
        self.step(way, |entry| *entry = halves(&claimed, entry));
        self.step(way, |entry| *entry = claimed);
        self.step(way, |entry| *entry.word_mut() = word);
    }

    fn update(&self, way: usize, change: impl FnOnce(&mut E)) {
        let mut changed = self.step(way, |entry| *entry);
        change(&mut changed);
        self.step(way, |entry| *entry = halves(&changed, entry));
        self.step(way, |entry| {
            // Fields are written, and the word is not.
            *changed.word_mut() = *entry.word_mut();
            *entry = changed;
        });
    }
}

/// Returns an entry with the fields before its word from `one`, and the others from `other`.
fn halves<E: Entry>(one: &E, other: &E) -> E {
    let mut both = MaybeUninit::new(*other);
    // SAFETY: both are entries, and the word lies within an entry. Entries are made of numbers: any mixture of the
    // bytes of two entries is an entry.
    unsafe {
        ptr::copy_nonoverlapping(ptr::from_ref(one).cast::<u8>(), both.as_mut_ptr().cast(), E::WORD);
        both.assume_init()
    }
}
