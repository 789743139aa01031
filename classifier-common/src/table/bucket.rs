// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Entries and buckets of a hash table.

/// An entry of a table: a word with its state, its key, and further fields.
pub trait Entry: Copy + Default {
    /// Type of the word: eight bytes, of which all zeros are a free entry.
    type Word: Copy + Eq + Into<u64>;

    /// Type of the key.
    type Key;

    /// Offset of the word from the entry's start.
    const WORD: usize;

    /// Returns the word.
    fn word_mut(&mut self) -> &mut Self::Word;

    /// Returns whether the entry has this key.
    fn is_of(&self, key: &Self::Key) -> bool;
}

/// Type of the word in a bucket's entries.
type Word<B> = <<B as Bucket>::Entry as Entry>::Word;

/// Entries of one bucket, in memory that others change meanwhile. A way is the index of an entry in its
/// bucket.
pub trait Bucket {
    /// Type of the entries.
    type Entry: Entry;

    /// Returns the word of an entry.
    fn word(&self, way: usize) -> Word<Self>;

    /// Returns the words of the first `N` entries.
    #[inline(always)]
    fn words<const N: usize>(&self) -> [Word<Self>; N] {
        core::array::from_fn(|way| self.word(way))
    }

    /// Copies an entry, which others may change meanwhile. The copy is valid only if the word is unchanged
    /// afterwards.
    fn entry(&self, way: usize) -> Self::Entry;

    /// Returns whether an entry has this key.
    fn matches(&self, way: usize, key: &<Self::Entry as Entry>::Key) -> bool;

    /// Replaces `old` by `new`; `false` if the word is no longer `old`.
    fn replace(&self, way: usize, old: Word<Self>, new: Word<Self>) -> bool;

    /// Fills an entry that this caller has claimed. The word `word` is written last.
    fn fill(&self, way: usize, claimed: Self::Entry, word: Word<Self>);

    /// Changes an entry's fields beside its word and key. Concurrent changes may overwrite each other.
    fn update(&self, way: usize, change: impl FnOnce(&mut Self::Entry));

    /// Widens a way for the verifier to any number below the number of ways. The following code is then
    /// verified once, and not for each way.
    #[inline(always)]
    fn widen(&self, way: usize) -> usize {
        way
    }
}
