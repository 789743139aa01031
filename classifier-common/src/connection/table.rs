// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The connection table, and searches in its buckets.

use super::{
    ConnEvent, Connection, FlowKey, Speech, WAYS,
    entry::{NONE, bucket_of, entry_of, hash_of, tag_of},
};
use crate::{session::Spoken, table::Bucket};

/// Entries in a group of a bucket, whose tags are one word.
pub(super) const GROUP: usize = 4;
/// Tags of a bucket: the lowest sixteen bits of the hash of each entry's ends. An entry keeps its tag when it is free
/// again.
pub type Tags = [u64; WAYS / GROUP];

/// The connection table: the kernel's map, or memory of the process.
pub trait ConnTable: Sized {
    /// Buckets of the table.
    type Bucket: Bucket<Entry = Connection>;

    /// Returns the bucket with this number.
    fn bucket(&self, number: usize) -> Option<Self::Bucket>;

    /// Returns the tags of a bucket; `None` if any entry may have any.
    #[inline(always)]
    fn tags(&self, _number: usize) -> Option<Tags> {
        None
    }

    /// Notes the tag of an entry before it is filled.
    #[inline(always)]
    fn tag(&self, _entry: u32, _tag: u16) {}

    /// Returns the result of [`find`]. A method, so that the verifier checks it once.
    #[inline(always)]
    fn find(&self, event: &ConnEvent) -> usize {
        find(self, event)
    }

    /// Counts one more connection that can expire.
    fn waits(&self);

    /// Counts one connection less that can expire.
    fn waits_no_more(&self);

    /// Starts the listener of an entry. The session's client and server continue with these numbers.
    fn begin_listening(&self, entry: u32, client: u32, server: u32);

    /// Returns whether the listener of an entry needs a segment.
    fn inspects(&self, entry: u32, spoken: &Spoken) -> bool;
}

/// Returns whether one of the four tags in a word is this one.
#[inline(always)]
pub(super) const fn holds(tags: u64, tag: u16) -> bool {
    const ONES: u64 = 0x0001_0001_0001_0001;
    let differences = tags ^ (tag as u64 * ONES);
    // The topmost bit of a field that is 0 is set by the subtraction, and was not set before.
    differences.wrapping_sub(ONES) & !differences & (ONES << 15) != 0
}

/// Returns the first way of each group of a bucket in which an entry may have this tag.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a group is below the number of words")]
pub(super) fn groups(tags: Option<Tags>, tag: u16) -> impl Iterator<Item = usize> {
    (0..WAYS / GROUP)
        .filter(move |group| tags.is_none_or(|tags| holds(tags[*group], tag)))
        .map(|group| group * GROUP)
}

/// Returns the next entry between the ends of a packet in one of the sought states; [`NONE`] if there is
/// none.
#[inline(always)]
pub fn find<T: ConnTable>(table: &T, event: &ConnEvent) -> usize {
    let like = event.word();
    let Some(bucket) = table.bucket(bucket_of(&event.key)) else { return NONE };
    for first in groups(table.tags(bucket_of(&event.key)), like.tag()) {
        for way in first..first + GROUP {
            let word = bucket.word(way);
            let is_sought = event.sought.is_met(word) && event.looked_at >> way & 1 == 0;
            if is_sought && word.is_like(like) && bucket.matches(way, &event.key) {
                return bucket.widen(way);
            }
        }
    }
    NONE
}

/// Returns whether a segment belongs to a followed session and must be inspected.
#[inline(always)]
pub fn inspects<T: ConnTable>(table: &T, speech: &Speech) -> bool {
    let (hash, number) = (hash_of(&speech.key), bucket_of(&speech.key));
    let Some(bucket) = table.bucket(number) else { return false };
    for first in groups(table.tags(number), tag_of(hash)) {
        for way in first..first + GROUP {
            let word = bucket.word(way);
            let is_of_it = word.is_followed() && word.has_hash(hash);
            // A router has one entry for each path through it.
            if is_of_it && table.inspects(entry_of(&speech.key, bucket.widen(way)), &speech.spoken) {
                return true;
            }
        }
    }
    false
}

/// Returns whether there may be a connection between these ends.
#[inline(always)]
pub fn may_be<T: ConnTable>(table: &T, key: &FlowKey) -> bool {
    groups(table.tags(bucket_of(key)), tag_of(hash_of(key))).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_every_field_and_nowhere_else() {
        for tag in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] {
            for field in 0..GROUP {
                for other in [0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff] {
                    let others = (0..GROUP).fold(0, |tags, _| tags << 16 | u64::from(other));
                    let mask = 0xffff << (16 * field);
                    let tags = others & !mask | u64::from(tag) << (16 * field);
                    assert!(holds(tags, tag), "{tag:x} in field {field} of {other:x}");
                    assert_eq!(holds(others, tag), tag == other, "{tag:x} among {other:x}");
                }
            }
        }
    }
}
