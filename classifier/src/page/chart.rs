// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Draws a rate over 15 minutes as a picture: ingress above the line, egress below it, each by its own scale.
//!
//! The picture is stretched to its place, and has no text, which would be stretched too. Its description has
//! the numbers.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::{
    names::name,
    quantity::real,
    series::{Both, Series, Unit},
};
use crate::history::History;

/// Width of the picture: one unit for each second.
const WIDTH: f64 = real(History::SPAN.as_secs());

/// Height of each half.
const HEIGHT: f64 = 100.0;

/// Data of a picture.
pub(super) struct Chart<'c> {
    /// Id that is unique on the page.
    pub id: String,
    /// Label value of the protocol, or a name for all.
    pub subject: &'c str,
    /// Unit of the rates.
    pub unit: Unit,
    /// Rates of both directions.
    pub both: &'c Both,
    /// Rate at the upper edge, and at the lower edge.
    pub scales: [f64; 2],
}

impl Chart<'_> {
    pub fn draw(&self) -> Markup {
        let Self { id, subject, unit, both: Both { ingress, egress }, scales: [upper, lower] } = self;
        let unknown = WIDTH - ingress.0.iter().map(|step| step.seconds).sum::<f64>();
        html! {
            svg role="img" aria-labelledby={ (id) "-t " (id) "-d" } viewBox="0 -100 900 200" preserveAspectRatio="none" {
                title id={ (id) "-t" } { (name(subject)) ", " (unit.words()) }
                desc id={ (id) "-d" } { "In: " (said(ingress, *unit)) ". Out: " (said(egress, *unit)) "." }
                @if unknown >= 1.0 {
                    path.unknown d=(format!("M0-100V100H{unknown:.0}V-100Z")) {}
                }
                path.half d="M0-50H900M0 50H900" {}
                path.in d=(area(ingress, *upper, -1.0)) {}
                path.out d=(area(egress, *lower, 1.0)) {}
                path.zero d="M0 0H900" {}
            }
        }
    }
}

fn said(series: &Series, unit: Unit) -> String {
    let [now, mean, peak] = [series.now(), series.mean(), series.peak()].map(|rate| unit.text(rate));
    format!("{now} in the last minute, {mean} on average, peak {peak}")
}

/// Draws the outline of a series that ends at the right edge, in whole units. A value above zero has at least
/// one unit.
fn area(series: &Series, scale: f64, sign: f64) -> String {
    let length: f64 = series.0.iter().map(|step| step.seconds).sum();
    let mut right = WIDTH - length;
    let mut path = String::new();
    let mut level = 0;
    for step in &series.0 {
        let height = if step.rate > 0.0 && scale > 0.0 {
            (step.rate / scale * HEIGHT).clamp(1.0, HEIGHT) * sign
        } else {
            0.0
        };
        #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
        let height = height.round() as i32;
        if height != level {
            let left = right.max(0.0).round();
            // Writing to a string cannot fail.
            let _ = if path.is_empty() {
                write!(path, "M{left} 0V{height}")
            } else {
                write!(path, "H{left}V{height}")
            };
            level = height;
        }
        right += step.seconds;
    }
    if level != 0 {
        path.push_str("H900V0");
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

/// Rounds up to the next end of a scale.
pub(super) fn round_up(peak: f64) -> f64 {
    if peak <= 1.0 {
        return 1.0;
    }
    let magnitude = 10_f64.powf(peak.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|step| step * magnitude);
    steps.into_iter().find(|step| peak <= step * 1.000_001).unwrap_or(peak)
}

#[cfg(test)]
mod tests {
    use super::{super::series::Step, *};

    fn series(steps: &[(f64, f64)]) -> Series {
        Series(steps.iter().map(|(seconds, rate)| Step { seconds: *seconds, rate: *rate }).collect())
    }

    #[test]
    fn an_area_ends_at_the_right_edge_and_draws_each_change_once() {
        let drawn = |steps: &[(f64, f64)]| area(&series(steps), 10.0, -1.0);
        assert_eq!(drawn(&[(10.0, 5.0), (10.0, 5.0), (10.0, 10.0)]), "M870 0V-50H890V-100H900V0Z");
        assert_eq!(drawn(&[(10.0, 5.0), (20.0, 0.0)]), "M870 0V-50H880V0Z");
        assert_eq!(drawn(&[(10.0, 0.0)]), "");
        assert_eq!(drawn(&[(10.0, 0.001)]), "M890 0V-1H900V0Z", "little is not nothing");
        assert_eq!(
            drawn(&[(2000.0, 5.0), (10.0, 20.0)]),
            "M0 0V-50H890V-100H900V0Z",
            "older and higher is cut"
        );
    }

    #[test]
    fn scales_are_round() {
        for (peak, scale) in [(0.0, 1.0), (1.0, 1.0), (1.1, 1.5), (4.1, 5.0), (8.1, 10.0), (1234.0, 1500.0)] {
            assert!((round_up(peak) - scale).abs() < 1e-6, "{peak}: {}", round_up(peak));
        }
    }
}
