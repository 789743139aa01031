// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Logs failed reads: each kind at once, then at most once a minute, and its end.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tracing::{info, warn};

const PAUSE: Duration = Duration::from_mins(1);

/// Present failures, with the time of their last log line.
#[derive(Debug, Default)]
pub struct Failures {
    failing: Mutex<BTreeMap<&'static str, Failing>>,
}

#[derive(Debug)]
struct Failing {
    said: Instant,
    unsaid: u64,
}

/// Log line for an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Nothing,
    Failed { unsaid: u64 },
    Recovered,
}

impl Failures {
    /// Records whether reading `what` succeeded, and logs news about it.
    pub fn note<T, E: Error>(&self, what: &'static str, result: Result<T, E>) -> bool {
        let line = self.line(what, result.is_ok(), Instant::now());
        match (line, result) {
            (Line::Failed { unsaid }, Err(error)) => {
                warn!(what, error = %error, unsaid, "scrape cannot read");
                false
            }
            (Line::Recovered, _) => {
                info!(what, "scrape can read again");
                true
            }
            (_, result) => result.is_ok(),
        }
    }

    fn line(&self, what: &'static str, success: bool, now: Instant) -> Line {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if success {
            return if failing.remove(what).is_some() { Line::Recovered } else { Line::Nothing };
        }
        match failing.get_mut(what) {
            Some(before) if now.duration_since(before.said) < PAUSE => {
                before.unsaid += 1;
                Line::Nothing
            }
            before => {
                let unsaid = before.map_or(0, |before| before.unsaid);
                failing.insert(what, Failing { said: now, unsaid: 0 });
                Line::Failed { unsaid }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lasting_failure_is_said_once_a_minute_and_its_end_at_once() {
        let failures = Failures::default();
        let start = Instant::now();
        let at = |seconds, success| failures.line("map", success, start + Duration::from_secs(seconds));
        assert_eq!(at(0, true), Line::Nothing);
        assert_eq!(at(1, false), Line::Failed { unsaid: 0 });
        assert_eq!(at(15, false), Line::Nothing);
        assert_eq!(at(30, false), Line::Nothing);
        assert_eq!(at(61, false), Line::Failed { unsaid: 2 });
        assert_eq!(at(62, true), Line::Recovered);
        assert_eq!(at(63, false), Line::Failed { unsaid: 0 });
    }
}
