// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Keeps intervals, and returns those up to a moment.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use classifier_common::counter::PacketCount;

use super::{
    Interval,
    growth::{Baseline, Growth, Sides},
    interval::together,
};
use crate::snapshot::{Losses, Readings};

/// Number of intervals: 15 minutes.
const INTERVALS: usize = 90;

/// Intervals of each interface: one minute.
const RECENT: usize = 6;

/// Shortest interval that has rates.
const SHORTEST: Duration = Duration::from_secs(1);

/// Counts of the last 15 minutes. The size does not grow with time.
#[derive(Debug, Default)]
pub struct History {
    past: Mutex<Past>,
}

#[derive(Debug, Default)]
struct Past {
    /// Time and counters of the last reading.
    last: Option<(Instant, Baseline)>,
    /// Intervals, oldest first.
    intervals: VecDeque<Arc<Interval>>,
}

/// The history up to a moment.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Last 15 minutes, oldest first, without a gap; shorter for a younger agent.
    pub intervals: Vec<Arc<Interval>>,
    /// Last minute of each interface, in the order of the readings.
    pub interfaces: Vec<InterfaceRate>,
}

/// Counts of an interface in the last minute.
#[derive(Clone, Copy, Debug, Default)]
pub struct InterfaceRate {
    /// Length of the observation, at most one minute; zero for a new interface.
    pub length: Duration,
    /// Counts by direction.
    pub sides: Sides,
}

impl History {
    /// Time between two readings.
    pub const PERIOD: Duration = Duration::from_secs(10);

    /// Longest history.
    pub const SPAN: Duration = Duration::from_secs(Self::PERIOD.as_secs() * INTERVALS as u64);

    /// Records the growth of the counters since the last reading, on a clock that never runs backwards.
    pub fn record(&self, readings: Readings, now: Instant) {
        let past = &mut *self.enter();
        let is_first = past.last.is_none();
        let (then, baseline) = past.last.get_or_insert_with(|| (now, Baseline::default()));
        let length = now.saturating_duration_since(*then);
        let Growth { interval, interfaces } = baseline.growth(&readings, length);
        if is_first {
            baseline.advance(readings, &interfaces, RECENT);
            return;
        }
        if length.is_zero() {
            return;
        }
        baseline.advance(readings, &interfaces, RECENT);
        *then = now;
        past.intervals.push_back(Arc::new(interval));
        past.forget();
    }

    /// Returns the history up to this moment.
    #[must_use]
    pub fn view(&self, readings: &Readings, now: Instant) -> View {
        let past = self.enter();
        let Some((then, baseline)) = &past.last else { return View::default() };
        let length = now.saturating_duration_since(*then);
        let Growth { interval, interfaces } = baseline.growth(readings, length);
        let is_told = length >= SHORTEST;
        let rates = readings.interfaces.iter().zip(interfaces).map(|(reading, grown)| {
            let seen = baseline.interfaces.get(&reading.name);
            let recent: Vec<Sides> = seen.into_iter().flat_map(|seen| seen.recent.iter().copied()).collect();
            let lengths = past.intervals.iter().rev().map(|interval| interval.length).take(recent.len());
            let mut rate = InterfaceRate { length: lengths.sum(), sides: Sides::default() };
            for sides in recent {
                rate.add(sides);
            }
            if let (Some(grown), true) = (grown, is_told) {
                rate.add(grown);
                rate.length += length;
            }
            rate
        });
        let interfaces = rates.collect();
        let current = is_told.then(|| Arc::new(interval));
        View { intervals: past.intervals.iter().cloned().chain(current).collect(), interfaces }
    }

    /// Locks the history. A panic while it was locked leaves an interval recorded or not.
    fn enter(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Past {
    /// Drops old intervals.
    fn forget(&mut self) {
        let mut length: Duration = self.intervals.iter().map(|interval| interval.length).sum();
        while let Some(first) = self.intervals.front() {
            if self.intervals.len() <= INTERVALS && length.saturating_sub(first.length) < History::SPAN {
                return;
            }
            length -= first.length;
            self.intervals.pop_front();
        }
    }
}

impl InterfaceRate {
    fn add(&mut self, sides: Sides) {
        self.sides.iter_mut().zip(sides).for_each(|(sum, more)| *sum = together(*sum, more));
    }

    /// Sums both directions.
    #[must_use]
    pub fn total(&self) -> PacketCount {
        self.sides.iter().fold(PacketCount::default(), |sum, side| together(sum, *side))
    }
}

impl View {
    /// Returns the length of the history.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.intervals.iter().map(|interval| interval.length).sum()
    }

    /// Returns the losses in that time.
    #[must_use]
    pub fn losses(&self) -> Losses {
        let mut sum = Losses::default();
        self.intervals.iter().for_each(|interval| sum.add(&interval.losses));
        sum
    }
}
