// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Query of a request for the page: the interval of its refresh, and the interfaces to show.

use std::{borrow::Cow, time::Duration};

use glob::Pattern;
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::quantity::span;

/// Characters of a glob that an address may have as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// Choices of the reader.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Interval after which the page loads itself again.
    pub refresh: Refresh,
    /// Globs over interface names; without one every interface is shown.
    pub interfaces: Vec<Pattern>,
}

impl Query {
    /// Parses the query of a request, such as `refresh=10&interface=veth*`. Unknown parts are ignored. A glob
    /// that does not parse is a plain name.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (key, value) in query.split('&').map(|part| part.split_once('=').unwrap_or((part, ""))) {
            match key {
                "refresh" => parsed.refresh = Refresh::parse(value),
                "interface" => parsed.interfaces.extend(glob(&percent_decode_str(value).decode_utf8_lossy())),
                _ => {}
            }
        }
        parsed
    }

    /// Tells whether an interface of this name is shown.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.interfaces.is_empty() || self.interfaces.iter().any(|glob| glob.matches(name))
    }

    /// Returns the address of the page with these choices.
    fn address(&self, refresh: Refresh) -> String {
        let interval = (refresh != Refresh::Off).then(|| format!("refresh={}", refresh.seconds()));
        let globs = self.interfaces.iter().map(|glob| {
            let encoded: Cow<'_, str> = utf8_percent_encode(glob.as_str(), ENCODED).into();
            format!("interface={encoded}")
        });
        let parts: Vec<_> = interval.into_iter().chain(globs).collect();
        if parts.is_empty() { "./".into() } else { format!("./?{}", parts.join("&")) }
    }

    /// Writes the links to the other intervals.
    pub(super) fn links(&self) -> Markup {
        html! {
            span.refresh {
                "Refresh: "
                @for (place, one) in Refresh::ALL.into_iter().enumerate() {
                    @if place > 0 { ", " }
                    @if one == self.refresh { strong { (one.name()) } } @else { a href=(self.address(one)) { (one.name()) } }
                }
            }
        }
    }

    /// Writes the filter, and a link to the page without it; nothing without a filter.
    pub(super) fn filter(&self, shown: usize, all: usize) -> Markup {
        let everything = Self { interfaces: Vec::new(), ..*self };
        html! {
            @if !self.interfaces.is_empty() {
                p {
                    "Only interfaces that match "
                    @for (place, glob) in self.interfaces.iter().enumerate() {
                        @if place > 0 { " or " }
                        code { (glob.as_str()) }
                    }
                    ": " (shown) " of " (all) ". The filter applies to Interfaces, Services and ICMP. "
                    a href=(everything.address(self.refresh)) { "Show all interfaces" }
                }
            }
        }
    }
}

/// Parses a glob; `None` for an empty one.
fn glob(text: &str) -> Option<Pattern> {
    let plain = |_| Pattern::new(&Pattern::escape(text));
    if text.is_empty() { None } else { Pattern::new(text).or_else(plain).ok() }
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

    /// Parses an interval in seconds: 10, 60, or nothing for ten seconds. Any other interval is off.
    fn parse(seconds: &str) -> Self {
        match seconds {
            "" | "10" => Self::Ten,
            "60" => Self::Minute,
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

    const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ten => "10 s",
            Self::Minute => "1 min",
        }
    }

    /// Returns the age at which the page says that it is old: three intervals, or five minutes without one.
    const fn old(self) -> Duration {
        match self {
            Self::Off => Duration::from_mins(5),
            Self::Ten | Self::Minute => Duration::from_secs(3 * self.seconds()),
        }
    }

    /// Writes the element that makes a browser load the page again.
    pub(super) fn element(self) -> Markup {
        html! { @if self != Self::Off { meta http-equiv="refresh" content=(self.seconds()); } }
    }

    /// Writes the notice that the style shows once the page is old.
    pub(super) fn stale(self) -> Markup {
        html! {
            span.stale.{ "after-" (self.seconds()) } { " " b { "Older than " (span(self.old())) ": reload the page." } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_one_of_those_that_are_offered() {
        for (query, refresh) in [
            ("", Refresh::Off),
            ("refresh", Refresh::Ten),
            ("refresh=10", Refresh::Ten),
            ("interface=eth0&refresh=60", Refresh::Minute),
            ("refresh=1", Refresh::Off),
            ("other", Refresh::Off),
        ] {
            assert_eq!(Query::parse(query).refresh, refresh, "{query}");
        }
    }

    #[test]
    fn globs_select_interfaces_and_stay_in_the_links() {
        let query = Query::parse("interface=veth*&interface=eth%5B01%5D&refresh=10&interface=");
        let shown = ["veth12", "eth0", "eth2", "xveth"].map(|name| query.shows(name));
        assert_eq!(shown, [true, true, false, false]);
        assert_eq!(query.address(Refresh::Minute), "./?refresh=60&interface=veth*&interface=eth%5B01%5D");
        assert_eq!(Query::default().address(Refresh::Off), "./");
        assert!(Query::default().shows("any"));
        let odd = Query::parse("interface=eth%5B");
        assert!(odd.shows("eth[") && !odd.shows("eth0"), "no glob is a plain name");
    }

    #[test]
    fn the_style_knows_when_each_page_is_old() {
        for refresh in Refresh::ALL {
            let delay = refresh.old();
            let rule = format!(".after-{} {{ animation-delay: {}s; }}", refresh.seconds(), delay.as_secs());
            assert!(super::super::style::STYLE.contains(&rule), "{rule}");
            assert!(refresh.stale().into_string().contains(&span(delay)));
        }
    }
}
