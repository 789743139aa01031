// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tables of recent keys: two CPUs that remember, and one that recalls or forgets.

use classifier_common::table::recent::{Key, Recent, RecentTable, Remembered, WAYS};
use loom::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use crate::shared::{SharedBucket, in_every_order};

/// Keys that differ in their tags.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Number(u64);

impl Key for Number {
    fn hash(&self) -> u64 {
        self.0
    }
}

/// A value whose halves are equal unless it is half of another.
type Twice = [u32; 2];

#[derive(Clone)]
struct Table {
    bucket: SharedBucket<Recent<Number, Twice>, WAYS>,
    clock: Arc<AtomicU64>,
}

impl Table {
    fn new() -> Self {
        Self { bucket: SharedBucket::new(), clock: Arc::new(AtomicU64::new(0)) }
    }

    /// Fills ways with other keys, and leaves so many free: fewer steps, and a full bucket.
    fn with_free(free: usize) -> Self {
        let table = Self::new();
        for key in 100..100 + (WAYS - free) as u64 {
            assert_eq!(table.remember(&Number(key), [1, 1]), Remembered::Added);
        }
        table
    }
}

impl RecentTable for Table {
    type Key = Number;
    type Value = Twice;
    type Bucket = SharedBucket<Recent<Number, Twice>, WAYS>;

    fn bucket(&self, _hash: u64) -> Option<Self::Bucket> {
        Some(self.bucket.clone())
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1 << 20, Relaxed)
    }
}

/// Returns whether a value is one that was remembered.
fn is_whole(value: Option<Twice>, remembered: &[u32]) -> bool {
    value.is_none_or(|[one, other]| one == other && remembered.contains(&one))
}

#[test]
fn no_reader_meets_half_an_entry_of_its_key() {
    in_every_order(3, || {
        let table = Table::with_free(0);
        let key = Number(100);
        let other = table.clone();
        // The key's entry is changed, or replaced by another key's.
        let writer = thread::spawn(move || {
            other.remember(&Number(100), [2, 2]);
            other.remember(&Number(7), [3, 3]);
        });
        let seen = table.recall(&key);
        assert!(is_whole(seen, &[1, 2]), "{seen:?}");
        writer.join().unwrap();
        let seen = table.recall(&key);
        assert!(is_whole(seen, &[1, 2]), "{seen:?}");
    });
}

#[test]
fn one_of_two_cpus_that_remember_a_key_is_recalled() {
    in_every_order(3, || {
        let table = Table::with_free(1);
        let other = table.clone();
        let writer = thread::spawn(move || other.remember(&Number(7), [2, 2]));
        let here = table.remember(&Number(7), [3, 3]);
        let there = writer.join().unwrap();
        let seen = table.recall(&Number(7));
        assert!(seen.is_some() && is_whole(seen, &[2, 3]), "{seen:?}, {here:?}, {there:?}");
        assert!(here != Remembered::Refused || there != Remembered::Refused);
    });
}

#[test]
fn what_one_cpu_remembered_is_gone_once_another_forgets_it() {
    in_every_order(3, || {
        let table = Table::with_free(2);
        let other = table.clone();
        let writer = thread::spawn(move || other.remember(&Number(7), [2, 2]));
        table.remember(&Number(8), [3, 3]);
        writer.join().unwrap();
        table.forget(&Number(7));
        assert_eq!(table.recall(&Number(7)), None);
        // The other CPU may have chosen the same entry.
        let seen = table.recall(&Number(8));
        assert!(is_whole(seen, &[3]), "{seen:?}");
    });
}

/// A known limit: see ARCHITECTURE.md. Both have made an entry, and one of them is forgotten.
#[test]
#[should_panic(expected = "Some([2, 2])")]
fn a_key_that_two_cpus_remembered_at_once_may_be_recalled_once_more() {
    in_every_order(3, || {
        let table = Table::with_free(2);
        let other = table.clone();
        let writer = thread::spawn(move || other.remember(&Number(7), [2, 2]));
        table.remember(&Number(7), [3, 3]);
        writer.join().unwrap();
        table.forget(&Number(7));
        assert_eq!(table.recall(&Number(7)), None);
    });
}
