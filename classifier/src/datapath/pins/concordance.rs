// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Maps the numbers of another layout to those of this build.

use std::collections::HashMap;

use classifier_common::counter::Counters;

use super::{cells, layout::Layout};

/// The mapping of a layout's numbers, by their names.
#[derive(Clone, Debug)]
pub(super) struct Concordance {
    /// Index of each of this build's numbers in the layout; `None` if the layout has no such name.
    known: Vec<Option<usize>>,
    /// Indices of the numbers that this build does not know.
    unknown: Vec<usize>,
    /// Count of numbers in the layout.
    count: usize,
}

impl Concordance {
    pub(super) fn of(layout: &Layout) -> Self {
        let mut places: HashMap<_, _> = layout.cells().zip(0..).collect();
        let known: Vec<_> = cells::names().iter().map(|name| places.remove(name.as_str())).collect();
        let unknown: Vec<_> = places.into_values().collect();
        let count = known.iter().flatten().count() + unknown.len();
        Self { known, unknown, count }
    }

    /// Adds a block's numbers to those of the same names, and returns the sum of those without a counterpart.
    /// `None` if the block has another length than the layout.
    pub(super) fn add(&self, numbers: &[u64], counters: &mut Counters) -> Option<u64> {
        if numbers.len() != self.count {
            return None;
        }
        for (place, counter) in self.known.iter().zip(counters.numbers_mut()) {
            *counter += place.and_then(|place| numbers.get(place)).copied().unwrap_or_default();
        }
        let above = |place: &&usize| numbers.get(**place).is_some_and(|number| *number != 0);
        Some(self.unknown.iter().filter(above).count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use classifier_common::protocol::Protocol;

    use super::*;

    #[test]
    fn numbers_follow_their_names_wherever_they_stand() {
        let layout = Layout::of_build(false, 1, 1, 8);
        let concordance = Concordance::of(&layout);
        let mut counters = Counters::new(0, 0);
        let numbers: Vec<u64> = (0..layout.cells().count() as u64).collect();
        assert_eq!(concordance.add(&numbers, &mut counters), Some(0));
        assert_eq!(concordance.add(&numbers, &mut counters), Some(0));
        assert!(counters.numbers_mut().zip(&numbers).all(|(carried, number)| *carried == 2 * number));
        let smtp = Protocol::SMTP.to_server().index() as u64;
        assert_eq!(counters.classes[Protocol::SMTP.to_server().index()].packets, 4 * smtp);
        assert_eq!(concordance.add(&numbers[1..], &mut counters), None);
    }

    #[test]
    fn numbers_of_other_names_are_left_out_and_told() {
        let lines = ["title", "cell bytes/smtp/from_server", "cell of_tomorrow", "cell also_new"];
        let layout = Layout::of_lines(lines.map(str::to_owned).into());
        let mut counters = Counters::new(0, 0);
        assert_eq!(Concordance::of(&layout).add(&[5, 6, 0], &mut counters), Some(1));
        assert_eq!(counters.classes[Protocol::SMTP.from_server().index()].bytes, 5);
        assert_eq!(counters.numbers_mut().map(|number| *number).sum::<u64>(), 5);
    }
}
