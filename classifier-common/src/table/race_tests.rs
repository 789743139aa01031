// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Changes by another CPU between two accesses to an entry.

use std::cell::Cell;

use super::{
    Bucket, MemoryBucket,
    recent::{Key, Recent, RecentTable, RecentWord, Remembered, WAYS},
};

/// A key whose hash is in its lower half.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Number(u64);

impl Key for Number {
    fn hash(&self) -> u64 {
        self.0
    }
}

type Entries = MemoryBucket<Recent<Number, u32>, WAYS>;

/// A bucket in which another CPU remembers a key when an entry is copied or claimed.
#[derive(Clone)]
struct Racing<'a> {
    entries: Entries,
    intruder: &'a Cell<Option<Number>>,
}

impl Racing<'_> {
    fn intrude(&self) {
        if let Some(key) = self.intruder.take() {
            Table(Racing { entries: self.entries.clone(), intruder: &Cell::new(None) }).remember(&key, 99);
        }
    }
}

impl Bucket for Racing<'_> {
    type Entry = Recent<Number, u32>;

    fn word(&self, way: usize) -> RecentWord {
        assert!(way < WAYS, "no entry is behind the last");
        self.entries.word(way)
    }

    fn entry(&self, way: usize) -> Self::Entry {
        self.intrude();
        self.entries.entry(way)
    }

    fn matches(&self, way: usize, key: &Number) -> bool {
        self.entries.matches(way, key)
    }

    fn replace(&self, way: usize, old: RecentWord, new: RecentWord) -> bool {
        self.intrude();
        self.entries.replace(way, old, new)
    }

    fn fill(&self, way: usize, claimed: Self::Entry, word: RecentWord) {
        self.entries.fill(way, claimed, word);
    }

    fn update(&self, way: usize, change: impl FnOnce(&mut Self::Entry)) {
        let is_claimed = u64::from(self.entries.word(way)) >> 47 & 1 == 1;
        assert!(is_claimed, "no other CPU reads or takes an entry that is changed");
        self.entries.update(way, change);
    }
}

struct Table<'a>(Racing<'a>);

impl<'a> RecentTable for Table<'a> {
    type Key = Number;
    type Value = u32;
    type Bucket = Racing<'a>;

    fn bucket(&self, _hash: u64) -> Option<Racing<'a>> {
        Some(self.0.clone())
    }

    fn now(&self) -> u64 {
        1
    }
}

#[test]
fn a_value_that_another_cpu_replaces_meanwhile_is_not_recalled() {
    let intruder = Cell::new(None);
    let table = Table(Racing { entries: Entries::default(), intruder: &intruder });
    for key in 0..8 {
        assert_eq!(table.remember(&Number(key), 1), Remembered::Added);
    }
    assert_eq!(table.recall(&Number(0)), Some(1));
    // All are of the same age: the first makes room.
    intruder.set(Some(Number(8)));
    assert_eq!(table.recall(&Number(0)), None);
    assert_eq!((table.recall(&Number(8)), table.recall(&Number(0))), (Some(99), None));
}

#[test]
fn a_value_that_another_cpu_changes_meanwhile_is_not_recalled_half() {
    let intruder = Cell::new(None);
    let table = Table(Racing { entries: Entries::default(), intruder: &intruder });
    table.remember(&Number(5), 1);
    intruder.set(Some(Number(5)));
    assert_eq!(table.recall(&Number(5)), None, "a change of the same key");
    assert_eq!(table.recall(&Number(5)), Some(99));
}

#[test]
fn of_two_cpus_that_take_the_same_entry_one_is_refused() {
    let intruder = Cell::new(None);
    let table = Table(Racing { entries: Entries::default(), intruder: &intruder });
    intruder.set(Some(Number(6)));
    assert_eq!(table.remember(&Number(5), 1), Remembered::Refused);
    assert_eq!((table.recall(&Number(5)), table.recall(&Number(6))), (None, Some(99)));
}

#[test]
fn a_key_that_is_not_remembered_is_forgotten_without_a_change() {
    let intruder = Cell::new(None);
    let table = Table(Racing { entries: Entries::default(), intruder: &intruder });
    for key in 0..8 {
        table.remember(&Number(key), 1);
    }
    table.forget(&Number(9));
    assert!((0..8).all(|key| table.recall(&Number(key)) == Some(1)));
    intruder.set(Some(Number(7)));
    table.forget(&Number(7));
    assert_eq!(table.recall(&Number(7)), Some(99), "another CPU has just renewed it");
}

/// Programs of an earlier agent may have written the words.
#[test]
fn the_word_lies_in_memory_as_its_table_of_bits_says() {
    let entries = Entries::default();
    let table = Table(Racing { entries: entries.clone(), intruder: &Cell::new(None) });
    assert_eq!(u64::from(entries.word(0)), 0);
    for changes in 1..=3 {
        table.remember(&Number(0x0005_a5a5), 1);
        let fields = [0, changes << 32, 1 << 46, 0xa5a5 << 48];
        assert_eq!(u64::from(entries.word(0)), fields.iter().sum::<u64>());
    }
    assert_eq!(u64::from(entries.word(1)), 0);
}
