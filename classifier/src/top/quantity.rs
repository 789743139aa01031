// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes numbers in few characters.

use crate::thousands::grouped;

/// Writes a number with an SI prefix, and as many digits as fit four characters: `0`, `0.25`, `999`, `1.23k`,
/// `45.6M`.
#[must_use]
pub fn short(number: f64) -> String {
    const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let mut rest = number;
    let mut place = 0;
    // 999.5 is rounded to 1000.
    while rest >= 999.5 && place + 1 < PREFIXES.len() {
        rest /= 1000.0;
        place += 1;
    }
    let digits = match rest {
        rest if rest == 0.0 || rest >= 99.95 => 0,
        rest if rest >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{rest:.digits$}");
    // A whole number of packets has no decimals.
    let text =
        if place == 0 && digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", PREFIXES[place])
}

/// A number in full up to a million, and in three digits beyond: `0.25`, `12.3`, `1,470`, `1.23M`.
#[must_use]
pub fn whole(number: f64) -> String {
    if !(99.95..999_999.5).contains(&number) {
        return short(number);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 100 and a million")]
    let number = number.round() as u64;
    grouped(number)
}

/// A number of bits in a second, and its unit: `4.52` and `Mbit/s`.
#[must_use]
pub fn bit_rate(number: f64) -> (String, String) {
    let text = short(number);
    let digits = text.trim_end_matches(char::is_alphabetic);
    (digits.to_owned(), format!("{}bit/s", &text[digits.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_people_write_them() {
        for (number, text) in [(0.25, "0.25"), (99.96, "100"), (1469.7, "1,470"), (999_999.6, "1.00M")] {
            assert_eq!(whole(number), text);
        }
        for (number, digits, unit) in
            [(0.0, "0", "bit/s"), (720.0, "720", "bit/s"), (4.52e6, "4.52", "Mbit/s")]
        {
            assert_eq!(bit_rate(number), (digits.into(), unit.into()));
        }
    }

    #[test]
    fn numbers_have_four_places_at_most() {
        for (number, text) in [
            (0.0, "0"),
            (0.004, "0"),
            (0.25, "0.25"),
            (1.0, "1"),
            (1.5, "1.5"),
            (12.34, "12.3"),
            (99.96, "100"),
            (999.4, "999"),
            (999.6, "1.00k"),
            (12_345.0, "12.3k"),
            (999_600.0, "1.00M"),
            (1e9, "1.00G"),
            (1.8e19, "18.0E"),
            (1e30, "1000000000000E"),
        ] {
            assert_eq!(short(number), text, "{number}");
        }
    }
}
