// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Times of the page: when it was drawn, and the age of the agent and of its counters.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use maud::{Markup, html};

use super::{Query, quantity::age};
use crate::time_zone::utc_offset;

/// Moments that the page's header shows.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Seconds since the epoch when the page was drawn.
    unix: u64,
    /// Seconds by which the host's local time is ahead of UTC.
    offset: i64,
    /// Time since the agent's start.
    pub agent: Duration,
    /// True if the counters are older than the agent: it continues those of an earlier one.
    pub continues: bool,
}

impl Times {
    /// Creates the times of a page that is drawn now, in the host's time zone.
    #[must_use]
    pub fn now(agent: Duration, continues: bool) -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let offset = i64::try_from(unix).map_or(0, utc_offset);
        Self { unix, offset, agent, continues }
    }

    /// Replaces the moment of the drawing and its offset from UTC, both in seconds.
    #[must_use]
    pub const fn drawn_at(self, unix: u64, offset: i64) -> Self {
        Self { unix, offset, ..self }
    }

    /// Writes the moment of the drawing: date, time, and offset from UTC.
    fn parts(&self) -> [String; 3] {
        let local = UNIX_EPOCH + Duration::from_secs(self.unix.saturating_add_signed(self.offset));
        let text = humantime::format_rfc3339_seconds(local).to_string();
        let (date, time) = text.trim_end_matches('Z').split_once('T').unwrap_or_default();
        let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.unsigned_abs() / 60);
        let offset = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        [date.to_owned(), time.to_owned(), offset]
    }

    pub(super) fn lines(&self, query: &Query) -> Markup {
        let [date, time, offset] = self.parts();
        html! {
            p.times {
                "As of " time datetime={ (date) "T" (time) (offset) } { (date) " " b { (time) } " UTC" (offset) }
                ". Agent up " (age(self.agent.as_secs_f64()))
                @if self.continues { ", counters older than the agent" } @else { ", counters since its start" }
                ". " (query.links())
                (query.refresh.stale())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_has_the_hosts_offset() {
        let of = |unix, offset| Times::now(Duration::ZERO, false).drawn_at(unix, offset).parts().join(" ");
        assert_eq!(of(1_795_800_000, 0), "2026-11-27 17:20:00 +00:00");
        assert_eq!(of(1_795_800_000, 19_800), "2026-11-27 22:50:00 +05:30");
        assert_eq!(of(1_795_800_000, -12_600), "2026-11-27 13:50:00 -03:30");
        assert_eq!(of(60, -3600), "1970-01-01 00:00:00 -01:00");
    }
}
