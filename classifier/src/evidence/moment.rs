// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Times, as people and programs read them.

use std::{
    fmt::{Display, Formatter},
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// A moment, to the millisecond: `2026-11-28T17:46:19.250Z` (RFC 3339).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Moment {
    /// Milliseconds since the epoch, without leap seconds.
    milliseconds: u64,
}

impl Moment {
    /// Creates a moment from the time since the epoch.
    #[must_use]
    pub fn since_epoch(duration: Duration) -> Self {
        Self { milliseconds: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) }
    }

    /// Converts the moment to the system's clock.
    #[must_use]
    pub fn time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.milliseconds)
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        humantime::format_rfc3339_millis(self.time()).fmt(f)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl FromStr for Moment {
    type Err = humantime::TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = humantime::parse_rfc3339(text)?;
        Ok(Self::since_epoch(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }
}

impl TryFrom<String> for Moment {
    type Error = humantime::TimestampError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Converts the programs' clock to the calendar.
///
/// The programs read the monotonic clock, which begins with the boot and stands still while the machine is
/// suspended. Earlier times are therefore late by the length of a suspension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Nanoseconds of the programs' clock.
    kernel: u64,
    /// Time since the epoch at the same moment.
    unix: Duration,
}

impl Clock {
    /// Reads the present relation of the two clocks.
    #[must_use]
    pub fn now() -> Self {
        let kernel = crate::clock::now();
        Self { kernel, unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() }
    }

    /// Creates a clock that shows `kernel` nanoseconds at this time since the epoch. A capture's clock shows
    /// 0 at the epoch.
    #[must_use]
    pub const fn new(kernel: u64, unix: Duration) -> Self {
        Self { kernel, unix }
    }

    /// Converts a time of the programs' clock, in nanoseconds.
    #[must_use]
    pub fn moment(&self, then: u64) -> Moment {
        let ago = Duration::from_nanos(self.kernel.saturating_sub(then));
        let ahead = Duration::from_nanos(then.saturating_sub(self.kernel));
        Moment::since_epoch((self.unix + ahead).saturating_sub(ago))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_clock_is_told_by_the_calendar() {
        let clock = Clock::new(5_000_000_000, Duration::from_secs(1_000_000_000));
        for (then, text) in [
            (5_000_000_000, "2001-09-09T01:46:40.000Z"),
            (4_500_000_000, "2001-09-09T01:46:39.500Z"),
            (6_000_999_999, "2001-09-09T01:46:41.000Z"),
        ] {
            let moment = clock.moment(then);
            assert_eq!(moment.to_string(), text);
            assert_eq!(text.parse(), Ok(moment));
        }
    }

    #[test]
    fn a_captures_clock_is_the_calendars() {
        let clock = Clock::new(0, Duration::ZERO);
        assert_eq!(clock.moment(1_000_000_000_250_000_000).to_string(), "2001-09-09T01:46:40.250Z");
    }
}
