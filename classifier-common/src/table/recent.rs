// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A bounded memory of what was seen last: in a full bucket a new entry replaces the oldest one.

use core::mem::offset_of;

use super::{Bucket, Entry};

/// Entries in a bucket.
pub const WAYS: usize = 8;

/// A key that is remembered.
pub trait Key: Copy + Default + PartialEq {
    /// Nanoseconds since its last change until which an entry is missed when another replaces it.
    const KEPT: u64 = 0;

    /// Hashes the key: the upper bits select the bucket, and the lowest sixteen distinguish entries in it.
    fn hash(&self) -> u64;
}

/// State of an entry.
///
/// | bits | hold |
/// | --- | --- |
/// | 0–31 | time of the last change, in units of 2²⁰ ns; wraps |
/// | 32–45 | number of changes; wraps |
/// | 46 | 1: the entry is valid |
/// | 47 | 1: the entry is being filled |
/// | 48–63 | lowest bits of the key's hash |
///
/// All zero is a free entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct RecentWord(u64);

const VALID: u64 = 1 << 46;
const CLAIMED: u64 = 1 << 47;
const CHANGE: u64 = 1 << 32;
const CHANGES: u64 = VALID - CHANGE;
const TAG: u64 = 0xffff << 48;

/// Unit of an entry's time, as a power of two of nanoseconds: 1 ms.
const TICK: u32 = 20;

impl From<RecentWord> for u64 {
    #[inline(always)]
    fn from(word: RecentWord) -> Self {
        word.0
    }
}

impl RecentWord {
    #[inline(always)]
    const fn new(hash: u64, now: u64, old: Self) -> Self {
        let changes = old.0.wrapping_add(CHANGE) & CHANGES;
        Self(hash << 48 | VALID | changes | (now >> TICK & 0xffff_ffff))
    }

    /// Returns whether this is a valid entry whose key may have this hash.
    #[inline(always)]
    const fn may_be(self, hash: u64) -> bool {
        self.0 & (TAG | VALID | CLAIMED) == (hash << 48 | VALID)
    }

    #[inline(always)]
    const fn is_claimed(self) -> bool {
        self.0 & CLAIMED != 0
    }

    #[inline(always)]
    const fn is_free(self) -> bool {
        self.0 & (VALID | CLAIMED) == 0
    }

    /// Returns the age, which is greatest for a free entry and least for a claimed one.
    #[inline(always)]
    const fn age(self, now: u64) -> u64 {
        let age = (now >> TICK).wrapping_sub(self.0) & 0xffff_ffff;
        ((age + 1) | (self.is_free() as u64) << 33) & (self.is_claimed() as u64).wrapping_sub(1)
    }
}

/// A key, and what is remembered of it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Recent<K, V> {
    key: K,
    word: RecentWord,
    value: V,
}

impl<K: Key, V: Copy + Default> Entry for Recent<K, V> {
    type Word = RecentWord;
    type Key = K;
    const WORD: usize = offset_of!(Self, word);

    #[inline(always)]
    fn word_mut(&mut self) -> &mut RecentWord {
        &mut self.word
    }

    #[inline(always)]
    fn is_of(&self, key: &K) -> bool {
        self.key == *key
    }
}

/// A table of what was seen last: the kernel's map, or memory of the process.
pub trait RecentTable {
    /// Type of the keys.
    type Key: Key;
    /// Type of what is remembered of a key.
    type Value: Copy + Default;
    /// Buckets of the table.
    type Bucket: Bucket<Entry = Recent<Self::Key, Self::Value>>;

    /// Returns the bucket of a key with this hash.
    fn bucket(&self, hash: u64) -> Option<Self::Bucket>;

    /// Returns the time of a change in nanoseconds.
    fn now(&self) -> u64;

    /// Returns what is remembered of a key.
    #[inline(always)]
    fn recall(&self, key: &Self::Key) -> Option<Self::Value> {
        let hash = key.hash();
        let bucket = self.bucket(hash)?;
        let way = find(&bucket, key, hash);
        if way >= WAYS {
            return None;
        }
        let before = bucket.word(way);
        let value = bucket.entry(way).value;
        // Another CPU may have replaced the entry meanwhile.
        (before.may_be(hash) && bucket.word(way) == before).then_some(value)
    }

    /// Remembers a value of a key.
    #[inline(always)]
    fn remember(&self, key: &Self::Key, value: Self::Value) -> Remembered {
        let hash = key.hash();
        let Some(bucket) = self.bucket(hash) else { return Remembered::Refused };
        let (known, now) = (find(&bucket, key, hash), self.now());
        let way = if known >= WAYS { oldest(&bucket, now) } else { known };
        let old = bucket.word(way);
        let claimed = RecentWord(old.0 | CLAIMED);
        if old.is_claimed() || !bucket.replace(way, old, claimed) {
            return Remembered::Refused;
        }
        // Field by field: a whole entry would be built on the stack, of which a kernel program has 512 bytes.
        bucket.update(way, |entry| {
            entry.key = *key;
            entry.value = value;
        });
        bucket.replace(way, claimed, RecentWord::new(hash, now, old));
        if old.is_free() {
            Remembered::Added
        } else if known >= WAYS && old.age(now) <= Self::Key::KEPT >> TICK {
            Remembered::Evicted
        } else {
            Remembered::InPlace
        }
    }

    /// Forgets a key.
    #[inline(always)]
    fn forget(&self, key: &Self::Key) {
        let hash = key.hash();
        let Some(bucket) = self.bucket(hash) else { return };
        let way = find(&bucket, key, hash);
        if way < WAYS {
            let old = bucket.word(way);
            if old.may_be(hash) {
                bucket.replace(way, old, RecentWord::default());
            }
        }
    }
}

/// Result of [`RecentTable::remember`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Remembered {
    /// Another CPU was changing the entry.
    Refused = 0,
    /// The key's entry was changed, or the oldest one was replaced.
    InPlace = 1,
    /// A free entry was filled.
    Added = 2,
    /// The oldest entry was replaced before its time: see [`Key::KEPT`].
    Evicted = 3,
}

/// Returns the way of a key with this hash; [`WAYS`] if it is not remembered.
#[inline(always)]
fn find<K: Key, V: Copy + Default>(bucket: &impl Bucket<Entry = Recent<K, V>>, key: &K, hash: u64) -> usize {
    for way in 0..WAYS {
        let word = bucket.word(way);
        if word.may_be(hash) && bucket.matches(way, key) {
            return bucket.widen(way);
        }
    }
    WAYS
}

/// Returns the way of the oldest entry. By arithmetic, because the verifier would follow both sides of each
/// comparison.
#[inline(always)]
fn oldest<K: Key, V: Copy + Default>(bucket: &impl Bucket<Entry = Recent<K, V>>, now: u64) -> usize {
    let (mut way, mut age) = (0, 0_u64);
    for next in 0..WAYS {
        let other = bucket.word(next).age(now);
        // All ones if the other is older.
        let is_older = (age.wrapping_sub(other).cast_signed() >> 63).cast_unsigned();
        age = age & !is_older | other & is_older;
        #[expect(clippy::cast_possible_truncation, reason = "a mask")]
        let is_older = is_older as usize;
        way = way & !is_older | next & is_older;
    }
    bucket.widen(way)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::table::MemoryBucket;

    impl Key for u64 {
        const KEPT: u64 = 5 << super::TICK;

        fn hash(&self) -> u64 {
            *self
        }
    }

    /// A table of one bucket, and its time.
    #[derive(Default)]
    struct Table(MemoryBucket<Recent<u64, u32>, WAYS>, Cell<u64>);

    impl RecentTable for Table {
        type Key = u64;
        type Value = u32;
        type Bucket = MemoryBucket<Recent<u64, u32>, WAYS>;

        fn bucket(&self, _hash: u64) -> Option<Self::Bucket> {
            Some(self.0.clone())
        }

        fn now(&self) -> u64 {
            self.1.get()
        }
    }

    const TICK: u64 = 1 << super::TICK;

    fn keep(table: &Table, key: u64, value: u32, now: u64) -> Remembered {
        table.1.set(now);
        table.remember(&key, value)
    }

    #[test]
    fn the_oldest_entry_makes_room_and_a_change_renews_one() {
        let table = Table::default();
        for key in 0..8 {
            assert_eq!(keep(&table, key, 1, key * TICK), Remembered::Added);
        }
        assert_eq!(keep(&table, 0, 2, 8 * TICK), Remembered::InPlace);
        assert_eq!(keep(&table, 8, 3, 9 * TICK), Remembered::InPlace);
        assert_eq!(table.recall(&0), Some(2));
        assert_eq!(table.recall(&1), None, "the oldest");
        assert_eq!(table.recall(&2), Some(1));
        assert_eq!(table.recall(&8), Some(3));
    }

    #[test]
    fn an_entry_that_makes_room_before_its_time_is_evicted() {
        let table = Table::default();
        for key in 0..8 {
            keep(&table, key, 1, key * TICK);
        }
        assert_eq!(keep(&table, 8, 1, 7 * TICK), Remembered::InPlace, "the first is 7 ms old");
        for key in 1..8 {
            assert_eq!(keep(&table, key, 2, 9 * TICK), Remembered::InPlace, "it is known");
        }
        assert_eq!(keep(&table, 9, 1, 11 * TICK), Remembered::Evicted, "the oldest is 4 ms old");
        assert_eq!((table.recall(&0), table.recall(&8), table.recall(&9)), (None, None, Some(1)));
    }

    #[test]
    fn a_forgotten_key_makes_room_before_any_other() {
        let table = Table::default();
        for key in 0..8 {
            keep(&table, key, 1, 9 * TICK);
        }
        table.forget(&7);
        assert_eq!(table.recall(&7), None);
        assert_eq!(keep(&table, 9, 1, 0), Remembered::Added);
        assert!((0..7).chain([9]).all(|key| table.recall(&key) == Some(1)));
    }

    #[test]
    fn keys_with_the_same_hash_bits_are_told_apart() {
        let table = Table::default();
        let (one, other) = (5, 5 | 1 << 20);
        keep(&table, one, 1, 0);
        keep(&table, other, 2, 0);
        assert_eq!((table.recall(&one), table.recall(&other)), (Some(1), Some(2)));
        table.forget(&one);
        assert_eq!((table.recall(&one), table.recall(&other)), (None, Some(2)));
    }

    #[test]
    fn an_entry_that_another_cpu_fills_is_neither_read_nor_changed() {
        let table = Table::default();
        keep(&table, 5, 1, 0);
        let word = table.0.word(0);
        assert!(table.0.replace(0, word, RecentWord(word.0 | CLAIMED)));
        assert_eq!(table.recall(&5), None);
        for key in 6..26 {
            assert_ne!(keep(&table, key, 1, 0), Remembered::Refused);
        }
        assert!(table.0.word(0).is_claimed(), "nobody took it");
    }

    #[test]
    fn time_may_wrap() {
        let table = Table::default();
        let wrap = TICK << 32;
        for key in 0..8 {
            keep(&table, key, 1, wrap - TICK * (8 - key));
        }
        keep(&table, 8, 1, wrap + TICK);
        assert_eq!((table.recall(&0), table.recall(&1)), (None, Some(1)));
    }
}
