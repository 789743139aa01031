//! Times of the page: when it was drawn, the age of the agent and of its counters, and the next refresh.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use maud::{Markup, html};

use super::quantity::{age, span};
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

    pub(super) fn lines(&self, refresh: Refresh) -> Markup {
        let [date, time, offset] = self.parts();
        html! {
            p.times {
                "As of " time datetime={ (date) "T" (time) (offset) } { (date) " " b { (time) } " UTC" (offset) }
                ". Agent up " (age(self.agent.as_secs_f64()))
                @if self.continues { ", counters older than the agent" } @else { ", counters since its start" }
                ". " (refresh.links())
                span.stale.{ "after-" (refresh.seconds()) } { " " b { (refresh.stale()) } }
            }
        }
    }
}

/// Interval after which the page loads itself again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// Only the reader loads the page again.
    #[default]
    Off,
    /// Ten seconds, for a reader who watches a change.
    Ten,
    /// A minute, for a screen on a wall.
    Minute,
}

impl Refresh {
    const ALL: [Self; 3] = [Self::Ten, Self::Minute, Self::Off];

    /// Parses the query of a request: `refresh=10`, `refresh=60`, or `refresh` for ten seconds. Any other
    /// query is off.
    #[must_use]
    pub fn of_query(query: Option<&str>) -> Self {
        match query {
            Some("refresh" | "refresh=10") => Self::Ten,
            Some("refresh=60") => Self::Minute,
            _ => Self::Off,
        }
    }

    /// Returns the seconds of the interval; 0 if off.
    const fn seconds(self) -> u64 {
        match self {
            Self::Off => 0,
            Self::Ten => 10,
            Self::Minute => 60,
        }
    }

    /// Writes the element that makes a browser load the page again.
    pub(super) fn element(self) -> Markup {
        html! { @if self != Self::Off { meta http-equiv="refresh" content=(self.seconds()); } }
    }

    fn links(self) -> Markup {
        let name = |of: Self| match of {
            Self::Off => "off",
            Self::Ten => "10 s",
            Self::Minute => "1 min",
        };
        let address = |of: Self| match of {
            Self::Off => "./".to_owned(),
            Self::Ten | Self::Minute => format!("./?refresh={}", of.seconds()),
        };
        html! {
            span.refresh {
                "Refresh: "
                @for (place, one) in Self::ALL.into_iter().enumerate() {
                    @if place > 0 { ", " }
                    @if one == self { strong { (name(one)) } } @else { a href=(address(one)) { (name(one)) } }
                }
            }
        }
    }

    /// Words the notice that the style shows once the page has become old.
    fn stale(self) -> String {
        let seconds = match self {
            Self::Off => 300,
            Self::Ten | Self::Minute => 3 * self.seconds(),
        };
        format!("Older than {}: reload the page.", span(Duration::from_secs(seconds)))
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

    #[test]
    fn the_interval_is_one_of_those_that_are_offered() {
        for (query, refresh) in [
            (None, Refresh::Off),
            (Some("refresh"), Refresh::Ten),
            (Some("refresh=10"), Refresh::Ten),
            (Some("refresh=60"), Refresh::Minute),
            (Some("refresh=1"), Refresh::Off),
            (Some("other"), Refresh::Off),
        ] {
            assert_eq!(Refresh::of_query(query), refresh, "{query:?}");
        }
    }

    #[test]
    fn the_style_knows_when_each_page_is_old() {
        for (refresh, delay) in [(Refresh::Off, 300), (Refresh::Ten, 30), (Refresh::Minute, 180)] {
            let rule = format!(".after-{} {{ animation-delay: {delay}s; }}", refresh.seconds());
            assert!(super::super::style::STYLE.contains(&rule), "{rule}");
            assert!(refresh.stale().contains(&span(Duration::from_secs(delay))));
        }
    }
}
