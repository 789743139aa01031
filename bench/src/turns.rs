// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interleaved measurements of several things: one of each in a round, directly after one another. A
//! temporary slowdown of the machine then affects all of them.

use std::ops::RangeInclusive;

use anyhow::Result;

use crate::spread::Spread;

/// Factor above the first thing's best quartile that disqualifies a round: other work ran on the same core.
const DISTURBED: f64 = 1.15;

/// Measurements by thing and round. The first thing is the reference of the others.
pub struct Turns(Vec<Vec<f64>>);

impl Turns {
    /// Measures `things` things in `rounds` rounds, with `N` values each.
    pub fn take<const N: usize>(
        things: usize,
        rounds: u32,
        mut measure: impl FnMut(usize, u32) -> Result<[f64; N]>,
    ) -> Result<[Self; N]> {
        let mut respects = std::array::from_fn(|_| Self::of(things));
        for round in 0..rounds {
            for place in order(things, round) {
                for (turns, measured) in respects.iter_mut().zip(measure(place, round)?) {
                    turns.0[place].push(measured);
                }
            }
        }
        Ok(respects)
    }

    /// Measures each thing once more.
    pub fn round(&mut self, round: u32, mut measure: impl FnMut(usize) -> Result<f64>) -> Result<()> {
        for place in order(self.things(), round) {
            self.0[place].push(measure(place)?);
        }
        Ok(())
    }

    /// Creates empty measurements of this many things.
    pub fn of(things: usize) -> Self {
        Self(vec![vec![]; things])
    }

    /// Returns the number of things.
    pub const fn things(&self) -> usize {
        self.0.len()
    }

    /// Returns the measurements of the thing at this index.
    pub fn at(&self, place: usize) -> Spread {
        self.compared(place..=place, |one, _| one)
    }

    /// Returns the differences to the first thing in the same round.
    pub fn above(&self, place: usize) -> Spread {
        self.above_any(place..=place)
    }

    /// Returns the differences to the first thing, over several copies of one thing.
    pub fn above_any(&self, places: RangeInclusive<usize>) -> Spread {
        self.compared(places, |one, first| one - first)
    }

    /// Returns the ratios to the first thing in the same round.
    pub fn ratio(&self, place: usize) -> Spread {
        self.compared(place..=place, |one, first| one / first)
    }

    /// Returns the inverse ratios: the first thing divided by this one, in the same round.
    pub fn inverse_ratio(&self, place: usize) -> Spread {
        self.compared(place..=place, |one, first| first / one)
    }

    fn compared(&self, places: RangeInclusive<usize>, compare: fn(f64, f64) -> f64) -> Spread {
        let first = &self.0[0];
        let quiet = Spread::of(first.iter().copied()).low * DISTURBED;
        let rounds = self.0[places].iter().flat_map(|one| one.iter().zip(first));
        Spread::of(rounds.filter(|(_, first)| **first <= quiet).map(|(one, first)| compare(*one, *first)))
    }
}

/// Returns the order of a round. A different thing is the first in each round.
fn order(things: usize, round: u32) -> impl Iterator<Item = usize> {
    (0..things).map(move |turn| (turn + round as usize) % things)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_take_turns_and_are_compared_within_a_round() {
        let mut order = Vec::new();
        let turns = Turns::take(2, 3, |place, round| {
            order.push(place);
            Ok([f64::from(round) / 100.0 + if place == 0 { 10.0 } else { 12.0 }])
        });
        let [turns] = turns.unwrap();
        assert_eq!(order, [0, 1, 1, 0, 0, 1]);
        assert_eq!(turns.above(1), Spread { median: 2.0, low: 2.0, high: 2.0 });
        assert_eq!((turns.at(0).median, turns.things()), (10.01, 2));
    }

    #[test]
    fn disturbed_rounds_do_not_count() {
        let turns = Turns(vec![vec![10.0, 10.0, 30.0, 10.0, 30.0], vec![11.0, 11.0, 90.0, 11.0, 90.0]]);
        assert_eq!(turns.ratio(1), Spread { median: 1.1, low: 1.1, high: 1.1 });
    }
}
