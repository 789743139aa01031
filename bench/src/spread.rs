// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Summary of repeated measurements.

use std::{fmt, ops::Sub};

/// Median of the measurements, and their quartiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Spread {
    /// Summarises at least one measurement.
    pub fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self { median: quantile(&sorted, 2), low: quantile(&sorted, 1), high: quantile(&sorted, 3) }
    }
}

impl Spread {
    /// Returns the spread of `of` divided by each measurement.
    pub fn inverse(self, of: f64) -> Self {
        Self { median: of / self.median, low: of / self.high, high: of / self.low }
    }
}

impl Sub<f64> for Spread {
    type Output = Self;

    /// Returns the spread of each measurement minus `less`.
    fn sub(self, less: f64) -> Self {
        Self { median: self.median - less, low: self.low - less, high: self.high - less }
    }
}

impl fmt::Display for Spread {
    /// Formats with the requested digits, and with signs if requested: `3.1 (2.9–3.4)`, `+3.1 (+2.9 to
    /// +3.4)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, low, high } = self;
        let digits = out.precision().unwrap_or(1);
        if out.sign_plus() {
            return write!(out, "{median:+.digits$} ({low:+.digits$} to {high:+.digits$})");
        }
        write!(out, "{median:.digits$} ({low:.digits$}–{high:.digits$})")
    }
}

/// Returns a quartile of the sorted measurements.
fn quantile(sorted: &[f64], quarters: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let (whole, part) = (last * quarters / 4, last * quarters % 4);
    let at = |index: usize| sorted.get(index.min(last)).copied().unwrap_or(f64::NAN);
    let part = f64::from(u8::try_from(part).unwrap_or_default()) / 4.0;
    at(whole) + (at(whole + 1) - at(whole)) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_measurements_lie_between_the_quartiles() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0, 5.0, 4.0]), Spread { median: 3.0, low: 2.0, high: 4.0 });
        assert_eq!(Spread::of([1.0, 2.0]), Spread { median: 1.5, low: 1.25, high: 1.75 });
        assert_eq!(Spread::of([7.0]), Spread { median: 7.0, low: 7.0, high: 7.0 });
    }

    #[test]
    fn as_many_digits_are_shown_as_are_asked_for() {
        let spread = Spread { median: 1.0, low: 0.986, high: 1.25 };
        assert_eq!(
            (format!("{spread}"), format!("{spread:.2}")),
            ("1.0 (1.0–1.2)".into(), "1.00 (0.99–1.25)".into())
        );
    }
}
