// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The counters of two CPUs together.

use classifier_common::counter::Counters;

/// Returns a block in which the number at each place is a multiple of the place.
fn block(factor: u64) -> Counters {
    let mut counters = Counters::new(1, 0);
    (1..).zip(counters.numbers_mut()).for_each(|(place, number)| *number = place * factor);
    counters
}

#[test]
fn every_number_of_two_cpus_is_their_sum() {
    let mut both = block(3);
    both.merge(&block(1000));
    for (place, number) in (1..).zip(both.numbers_mut()) {
        assert_eq!(*number, place * 1003, "number {place}");
    }
}

#[test]
fn the_numbers_of_a_block_are_all_of_its_words_behind_the_interface() {
    assert_eq!(block(1).numbers_mut().count(), size_of::<Counters>() / 8 - 1);
}
