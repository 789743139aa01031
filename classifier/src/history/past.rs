//! The intervals that are kept, and what can be seen of them at a moment.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use classifier_common::counter::Tally;

use super::{
    Interval, Losses, Readings,
    growth::{Baseline, Growth, Sides},
    interval::together,
};

/// Intervals that are kept: those of 15 minutes.
const INTERVALS: usize = 90;

/// Of each interface: those of a minute.
const RECENT: usize = 6;

/// The shortest time that rates are told of.
const SHORTEST: Duration = Duration::from_secs(1);

/// What was counted lately. It has a size that does not grow with time.
#[derive(Debug, Default)]
pub struct History {
    past: Mutex<Past>,
}

#[derive(Debug, Default)]
struct Past {
    /// When the counters were last looked at, and what they stood at.
    last: Option<(Instant, Baseline)>,
    /// The oldest first.
    intervals: VecDeque<Arc<Interval>>,
}

/// What is known at a moment.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The last 15 minutes, the oldest first, without a gap; shorter where the agent is younger.
    pub intervals: Vec<Arc<Interval>>,
    /// The last minute of each interface, in the order of the readings.
    pub interfaces: Vec<InterfaceRate>,
}

/// What was counted at an interface lately.
#[derive(Clone, Copy, Debug, Default)]
pub struct InterfaceRate {
    /// For how long it was looked at, a minute at most; zero where that was for the first time.
    pub length: Duration,
    /// By direction.
    pub sides: Sides,
}

impl History {
    /// How often it is to be told what the counters stand at.
    pub const PERIOD: Duration = Duration::from_secs(10);

    /// How far back it goes, at most.
    pub const SPAN: Duration = Duration::from_secs(Self::PERIOD.as_secs() * INTERVALS as u64);

    /// Keeps what the counters have grown by since they were last told, on a clock that only goes forward.
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

    /// What is known, up to this moment.
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

    /// A panic while it was held leaves an interval kept or not.
    fn enter(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Past {
    /// Lets go what is older than it need be.
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

    /// Both directions.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.sides.iter().fold(Tally::default(), |sum, side| together(sum, *side))
    }
}

impl View {
    /// How far back it goes.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.intervals.iter().map(|interval| interval.length).sum()
    }

    /// What went missing in that time.
    #[must_use]
    pub fn losses(&self) -> Losses {
        let mut sum = Losses::default();
        self.intervals.iter().for_each(|interval| sum.add(&interval.losses));
        sum
    }
}
