//! Measurements of several things by turns: one of each in a round, one right after the other, so that whatever slows the
//! machine down for a while slows all of them.

use std::ops::RangeInclusive;

use anyhow::Result;

use crate::spread::Spread;

/// A round does not count if its first thing took so much longer than in the best quarter of all rounds: something else
/// was at work on the same core then.
const DISTURBED: f64 = 1.15;

/// What was measured, by thing and round. What is measured of the first is what the others are compared with.
pub struct Turns(Vec<Vec<f64>>);

impl Turns {
    /// Measures each of so many things in so many rounds, in some respects at once.
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

    /// Room for so many things.
    pub fn of(things: usize) -> Self {
        Self(vec![vec![]; things])
    }

    /// How many things there are.
    pub const fn things(&self) -> usize {
        self.0.len()
    }

    /// What was measured of the thing at this place.
    pub fn at(&self, place: usize) -> Spread {
        self.compared(place..=place, |one, _| one)
    }

    /// How much more it is than the first in the same round.
    pub fn above(&self, place: usize) -> Spread {
        self.above_any(place..=place)
    }

    /// The same for things that are copies of one.
    pub fn above_any(&self, places: RangeInclusive<usize>) -> Spread {
        self.compared(places, |one, first| one - first)
    }

    /// How many times as much it is.
    pub fn ratio(&self, place: usize) -> Spread {
        self.compared(place..=place, |one, first| one / first)
    }

    /// How many times as much the first is, in the same round.
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

/// In each round another one is the first.
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
