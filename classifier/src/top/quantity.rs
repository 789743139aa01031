//! Numbers, written short.

/// With a prefix of a thousand, and as many digits as fit four places: `0`, `0.25`, `999`, `1.23k`, `45.6M`.
#[must_use]
pub fn short(number: f64) -> String {
    const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let mut rest = number;
    let mut place = 0;
    // 999.5 is written as 1000.
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
    // Whole numbers of packets are whole.
    let text =
        if place == 0 && digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", PREFIXES[place])
}

#[cfg(test)]
mod tests {
    use super::*;

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
