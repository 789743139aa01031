//! Sources in a table of another size: what a table of before said is said by the new one from its first moment on.

use std::cmp::Reverse;

use super::{SOURCE_WAYS, Source, SourceKey, SourceSet, Summary, set_of, source_set::share};

impl Summary {
    /// A table of so many sets, a power of two, that says of every key what this one does, or less exactly: what has no
    /// place in it was observed at most as often as its set's least count says.
    #[must_use]
    pub fn into_sets(self, sets: usize) -> Vec<SourceSet> {
        let (sources, floors) = self.into_parts();
        let mut by_set: Vec<Vec<Source>> = vec![Vec::new(); sets];
        for source in sources {
            if let Some(set) = by_set.get_mut(set_of(&source.key, sets - 1)) {
                set.push(source);
            }
        }
        let floor_of = |number| {
            let sharing = (0..).zip(&floors).filter(|(before, _)| share(*before, floors.len(), number, sets));
            sharing.map(|(_, floor)| *floor).max().unwrap_or_default()
        };
        by_set.into_iter().enumerate().map(|(number, sources)| set(sources, floor_of(number))).collect()
    }
}

/// A set of the largest of these. Places that are left are nobody's, and count what bounds the unlisted: they are the first to
/// be taken over.
fn set(mut sources: Vec<Source>, floor: u64) -> SourceSet {
    sources.retain(|source| source.count > floor);
    sources.sort_unstable_by_key(|source| Reverse(source.count));
    let mut set = SourceSet::default();
    let nobody = Source { key: SourceKey::default(), count: floor, error: floor, first: 0, last: 0 };
    let padded = sources.into_iter().chain(std::iter::repeat_n(nobody, SOURCE_WAYS));
    set.sources.iter_mut().zip(padded).for_each(|(place, source)| *place = source);
    set
}
