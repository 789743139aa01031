// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes numbers for people.

use std::time::Duration;

use crate::thousands::grouped;

const STEPS: [(f64, &str); 5] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k"), (1.0, "")];

/// Writes a number with three digits: `0`, `0.25`, `12.3`, `4.56 k`.
pub(super) fn short(number: f64) -> String {
    if number <= 0.0 {
        return "0".into();
    }
    if number < 0.01 {
        return "<0.01".into();
    }
    // A number that would be rounded up to four digits belongs to the next step.
    let (step, sign) = STEPS.into_iter().find(|(step, _)| number >= step * 0.9995).unwrap_or((1.0, ""));
    let number = number / step;
    let decimals = match number {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}{sign}")
}

/// Writes a number in full up to a million, and in three digits beyond: `0.25`, `12.3`, `1,470`, `1.23 M`.
pub(super) fn whole(number: f64) -> String {
    if !(99.95..999_999.5).contains(&number) {
        return short(number);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 100 and a million")]
    let number = number.round() as u64;
    grouped(number)
}

/// Writes a number of bytes: `720 B`, `1.23 GB`.
pub(super) fn bytes(number: u64) -> String {
    let number = short(real(number));
    if number.contains(' ') { format!("{number}B") } else { format!("{number} B") }
}

/// Writes a share in percent; a dash for a share of nothing.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".into();
    }
    let percent = real(part) / real(whole) * 100.0;
    if percent > 0.0 && percent < 1.0 { "<1 %".into() } else { format!("{percent:.0} %") }
}

/// Writes the age of an event.
pub(super) fn age(seconds: f64) -> String {
    match seconds {
        ..9.95 => format!("{seconds:.1} s"),
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.0} h", seconds / 3600.0),
        _ => format!("{:.0} d", seconds / 86_400.0),
    }
}

/// Writes a duration in words.
pub(super) fn span(time: Duration) -> String {
    let of = |number: u64, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    match time.as_secs() {
        seconds @ 0..120 => of(seconds, "second"),
        seconds => of(seconds / 60, "minute"),
    }
}

/// Converts a number to a float for display.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown of it")]
pub(super) const fn real(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (number, text) in [
            (0.0, "0"),
            (0.001, "<0.01"),
            (0.25, "0.25"),
            (9.99, "9.99"),
            (9.996, "10.0"),
            (99.96, "100"),
            (999.4, "999"),
            (999.6, "1.00 k"),
            (4560.0, "4.56 k"),
            (999_600.0, "1.00 M"),
            (1.2e9, "1.20 G"),
            (3e15, "3000 T"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn whole_numbers_are_grouped_up_to_a_million() {
        for (number, text) in [
            (0.25, "0.25"),
            (12.34, "12.3"),
            (99.96, "100"),
            (1469.7, "1,470"),
            (999_999.4, "999,999"),
            (999_999.6, "1.00 M"),
        ] {
            assert_eq!(whole(number), text);
        }
    }

    #[test]
    fn a_small_share_is_not_none() {
        let shares = [(0, 0), (0, 9), (1, 1000), (1, 3), (9, 9)].map(|(part, whole)| percent(part, whole));
        assert_eq!(shares, ["–", "0 %", "<1 %", "33 %", "100 %"]);
    }

    #[test]
    fn bytes_have_their_unit() {
        assert_eq!([0, 720, 1_234_567_890].map(bytes), ["0 B", "720 B", "1.23 GB"]);
    }

    #[test]
    fn ages_are_of_the_unit_that_tells() {
        for (seconds, text) in [
            (0.04, "0.0 s"),
            (9.9, "9.9 s"),
            (41.2, "41 s"),
            (180.0, "3 min"),
            (7300.0, "2 h"),
            (200_000.0, "2 d"),
        ] {
            assert_eq!(age(seconds), text);
        }
    }

    #[test]
    fn times_are_words() {
        for (seconds, text) in
            [(1, "1 second"), (100, "100 seconds"), (120, "2 minutes"), (900, "15 minutes")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
