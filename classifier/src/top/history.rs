// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The last minute of a rate, by second.

use std::{collections::VecDeque, time::Duration};

/// Number of seconds that are kept.
pub const SECONDS: usize = 60;

/// One second: its count, and the observed part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Second {
    counted: f64,
    covered: f64,
}

/// The last minute, newest second last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    seconds: VecDeque<Second>,
    /// Number of the second after the last one.
    end: u64,
}

impl History {
    /// Adds a rate between two times since a fixed start. Times before those of earlier calls add nothing.
    pub fn add(&mut self, from: Duration, to: Duration, rate: f64) {
        let first = from.as_secs().max(to.as_secs().saturating_sub(SECONDS as u64 - 1));
        for second in first..=to.as_secs() {
            let begin = from.max(Duration::from_secs(second));
            let covered = to.min(Duration::from_secs(second + 1)).saturating_sub(begin).as_secs_f64();
            if covered > 0.0
                && let Some(there) = self.second(second)
            {
                there.counted += rate * covered;
                there.covered += covered;
            }
        }
    }

    /// Marks the time up to this one as unknown, and shifts older seconds.
    pub fn pass(&mut self, to: Duration) {
        self.second(to.as_secs());
    }

    /// Tells whether the last minute is unknown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seconds.iter().all(|second| second.covered == 0.0)
    }

    fn second(&mut self, number: u64) -> Option<&mut Second> {
        if self.seconds.is_empty() {
            self.end = number;
        }
        let missing = (number + 1).saturating_sub(self.end);
        for _ in 0..missing.min(SECONDS as u64) {
            if self.seconds.len() == SECONDS {
                self.seconds.pop_front();
            }
            self.seconds.push_back(Second::default());
        }
        self.end += missing;
        let back = usize::try_from(self.end - 1 - number).ok()?;
        let place = self.seconds.len().checked_sub(back + 1)?;
        self.seconds.get_mut(place)
    }

    /// Returns the rates of the last minute in this many columns, newest last; `None` for unknown ones.
    #[must_use]
    pub fn columns(&self, count: usize) -> Vec<Option<f64>> {
        let missing = SECONDS - self.seconds.len();
        let second = |number: usize| self.seconds.get(number.checked_sub(missing)?);
        let column = |column: usize| {
            let range =
                column * SECONDS / count..((column + 1) * SECONDS / count).max(column * SECONDS / count + 1);
            let (counted, covered) = range
                .filter_map(second)
                .fold((0.0, 0.0), |(counted, covered), one| (counted + one.counted, covered + one.covered));
            (covered > 0.0).then(|| counted / covered)
        };
        (0..count).map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn last(history: &History, count: usize) -> Vec<Option<f64>> {
        history.columns(SECONDS).split_off(SECONDS - count)
    }

    #[test]
    fn a_rate_is_spread_over_the_seconds_that_it_was_measured_in() {
        let mut history = History::default();
        history.add(at(500), at(1500), 10.0);
        history.add(at(1500), at(2000), 20.0);
        assert_eq!(last(&history, 3), [None, Some(10.0), Some(15.0)]);
        history.add(at(2000), at(2100), 1.0);
        history.add(at(2100), at(2200), 3.0);
        assert_eq!(last(&history, 2)[1].map(f64::round), Some(2.0));
    }

    #[test]
    fn what_was_not_looked_at_is_not_known_and_what_is_old_is_forgotten() {
        let mut history = History::default();
        history.add(at(0), at(1000), 7.0);
        history.pass(at(3000));
        assert_eq!(last(&history, 4), [Some(7.0), None, None, None]);
        history.add(at(59_000), at(59_500), 9.0);
        assert_eq!([last(&history, 60)[0], last(&history, 1)[0]], [Some(7.0), Some(9.0)]);
        history.pass(at(1_000_000));
        assert!(history.is_empty());
        history.add(at(0), at(1_000_500), 5.0);
        assert_eq!(history.columns(SECONDS), vec![Some(5.0); SECONDS]);
    }

    #[test]
    fn few_columns_have_means_and_many_repeat() {
        let mut history = History::default();
        history.add(at(0), at(30_000), 2.0);
        history.add(at(30_000), at(59_999), 4.0);
        let two: Vec<_> = history.columns(2).into_iter().flatten().map(f64::round).collect();
        assert_eq!(two, [2.0, 4.0]);
        assert_eq!(history.columns(120).len(), 120);
        assert_eq!(history.columns(0), []);
    }
}
