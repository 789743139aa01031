// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Differences of `OpenMetrics` 1.0 from the text format 0.0.4.

use super::catalog::Kind;

/// Last line: a text without it counts as truncated.
pub const END: &str = "# EOF\n";

const UNITS: [&str; 2] = ["seconds", "bytes"];

/// Returns the name of a family whose samples are called `name`.
#[must_use]
pub fn family_name(name: &str, kind: Kind) -> &str {
    let suffix = match kind {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        Kind::Gauge | Kind::Histogram => "",
    };
    name.strip_suffix(suffix).unwrap_or(name)
}

/// Returns the word for a kind.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Info => "info",
        Kind::Histogram => "histogram",
    }
}

/// Returns the unit that a family's name ends in.
#[must_use]
pub fn unit(family: &str) -> Option<&'static str> {
    let (_, last) = family.rsplit_once('_')?;
    UNITS.into_iter().find(|unit| *unit == last)
}

/// Writes a bucket's bound, always recognisable as a real number: `1.0`, `0.005`, `1e+06`, `+Inf`.
#[must_use]
pub fn bound(bound: f64) -> String {
    if bound.is_infinite() {
        return if bound > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let magnitude = bound.abs();
    if magnitude != 0.0 && !(1e-4..1e6).contains(&magnitude) {
        let text = format!("{bound:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) => match exponent.strip_prefix('-') {
                Some(negative) => format!("{digits}e-{negative:0>2}"),
                None => format!("{digits}e+{exponent:0>2}"),
            },
            None => text,
        };
    }
    format!("{bound:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_the_specification_lists_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (0.001, "0.001"),
            (0.005, "0.005"),
            (1.0, "1.0"),
            (9.999, "9.999"),
            (100_000.0, "100000.0"),
            (1e6, "1e+06"),
            (1e10, "1e+10"),
            (1e-5, "1e-05"),
            (2.5e-6, "2.5e-06"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(bound(value), expected);
        }
    }

    #[test]
    fn the_unit_is_the_last_word_of_the_name() {
        assert_eq!(unit("classifier_bytes"), Some("bytes"));
        assert_eq!(unit("process_cpu_seconds"), Some("seconds"));
        assert_eq!(unit("classifier_packets"), None);
        assert_eq!(unit("bytes"), None);
    }
}
