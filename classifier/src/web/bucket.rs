// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Limits the rate of requests by a token bucket, stored as the time at which it will be full.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Rate limit: as many requests at once as the burst, then one for each interval.
#[derive(Debug)]
pub struct Bucket {
    interval: Duration,
    burst: u32,
    full_at: Mutex<Option<Instant>>,
}

impl Bucket {
    /// Creates a full bucket of at least one request.
    #[must_use]
    pub const fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst, full_at: Mutex::new(None) }
    }

    /// Tells whether a request at this time is admitted, and counts it.
    pub fn admits(&self, now: Instant) -> bool {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let from = full_at.map_or(now, |full_at| full_at.max(now));
        let admitted = from - now <= self.interval * self.burst.saturating_sub(1);
        if admitted {
            *full_at = Some(from + self.interval);
        }
        admitted
    }
}

/// Compares the limits, without the present level.
impl PartialEq for Bucket {
    fn eq(&self, other: &Self) -> bool {
        (self.interval, self.burst) == (other.interval, other.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_an_interval() {
        let bucket = Bucket::new(Duration::from_secs(1), 3);
        let start = Instant::now();
        let admitted = |millis| bucket.admits(start + Duration::from_millis(millis));
        assert_eq!([0, 0, 0, 0].map(admitted), [true, true, true, false]);
        assert_eq!([999, 1000, 1001].map(admitted), [false, true, false]);
        assert_eq!([3500, 3500, 3500].map(admitted), [true, true, false]);
        assert_eq!([60_000; 4].map(admitted), [true, true, true, false], "never more than the burst");
    }

    #[test]
    fn what_is_refused_costs_nothing() {
        let bucket = Bucket::new(Duration::from_secs(10), 1);
        let start = Instant::now();
        assert!(bucket.admits(start));
        assert!((1..10).all(|second| !bucket.admits(start + Duration::from_secs(second))));
        assert!(bucket.admits(start + Duration::from_secs(10)));
    }
}
