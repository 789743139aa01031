// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Transfer of sources into a table of another size. The new table starts with the bounds of the old one.

use std::cmp::Reverse;

use super::{SOURCE_WAYS, Source, SourceBucket, SourceKey, Summary, bucket_of, source_bucket::share};

impl Summary {
    /// Converts the summary to a table of `buckets` buckets, a power of two. Its bounds are those of the
    /// summary, or looser: a key without an entry is bounded by its bucket's least count.
    #[must_use]
    pub fn into_buckets(self, buckets: usize) -> Vec<SourceBucket> {
        let (sources, floors) = self.into_parts();
        let mut by_bucket: Vec<Vec<Source>> = vec![Vec::new(); buckets];
        for source in sources {
            if let Some(bucket) = by_bucket.get_mut(bucket_of(&source.key, buckets - 1)) {
                bucket.push(source);
            }
        }
        let floor_of = |number| {
            let sharing =
                (0..).zip(&floors).filter(|(before, _)| share(*before, floors.len(), number, buckets));
            sharing.map(|(_, floor)| *floor).max().unwrap_or_default()
        };
        by_bucket.into_iter().enumerate().map(|(number, sources)| bucket(sources, floor_of(number))).collect()
    }
}

/// Creates a bucket of the largest of these sources. The remaining entries are placeholders that count the
/// bound of unlisted keys, and are replaced first.
fn bucket(mut sources: Vec<Source>, floor: u64) -> SourceBucket {
    sources.retain(|source| source.count > floor);
    sources.sort_unstable_by_key(|source| Reverse(source.count));
    let mut bucket = SourceBucket::default();
    let nobody = Source { key: SourceKey::default(), count: floor, error: floor, first: 0, last: 0 };
    let padded = sources.into_iter().chain(std::iter::repeat_n(nobody, SOURCE_WAYS));
    bucket.sources.iter_mut().zip(padded).for_each(|(place, source)| *place = source);
    bucket
}
