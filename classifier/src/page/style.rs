// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Style of the page, and the content security policy that excludes every other.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::header::HeaderValue;
use ring::digest::{SHA256, digest};

/// Style between the tags.
pub(super) const STYLE: &str = include_str!("style.css");

/// Icon of the tab: with it, browsers request none.
pub(super) const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
    %3Cpath fill='%230b62c4' d='M1 8V5h3V2h4v4h4v2z'/%3E%3Cpath fill='%23b45309' d='M1 8h14v3h-4v3H6v-4H1z'/%3E%3C/svg%3E";

/// Returns the content security policy of the page.
#[must_use]
pub fn policy() -> HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        // Base 64 has only characters that a header permits.
        HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
    });
    POLICY.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses the colours of both schemes, by name.
    fn palettes() -> [Vec<(&'static str, [f64; 3])>; 2] {
        let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").expect("there are two");
        [light, dark].map(|part| {
            let block =
                part.split_once(":root {").and_then(|(_, rest)| rest.split_once('}')).expect("a palette").0;
            block
                .split(';')
                .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"))
                .map(colour)
                .collect()
        })
    }

    fn colour((name, digits): (&'static str, &str)) -> (&'static str, [f64; 3]) {
        let part =
            |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits")) / 255.0;
        (name, [part(0), part(2), part(4)])
    }

    /// Computes the relative luminance of WCAG 2.2.
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear =
            |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn black_on_white_has_the_contrast_that_is_known() {
        assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn text_is_readable_and_charts_can_be_told_apart_in_both_schemes() {
        const TEXT: [&str; 5] = ["text", "muted", "link", "bad", "good"];
        const GROUND: [&str; 3] = ["page", "panel", "alarm"];
        for palette in palettes() {
            let of = |name: &str| palette.iter().find(|(known, _)| *known == name).expect(name).1;
            for (text, ground) in TEXT.iter().flat_map(|text| GROUND.map(|ground| (*text, ground))) {
                let contrast = contrast(of(text), of(ground));
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
            }
            for graphic in ["in", "out"] {
                let contrast = contrast(of(graphic), of("panel"));
                assert!(contrast >= 3.0, "{graphic}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn every_colour_that_is_used_is_of_the_palette() {
        let [light, dark] = palettes();
        assert_eq!(
            light.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            dark.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
        let used = STYLE.split("var(--").skip(1).map(|rest| rest.split(')').next().expect("it ends"));
        for name in used {
            assert!(light.iter().any(|(known, _)| *known == name), "{name}");
        }
        assert_eq!(STYLE.matches(": #").count(), light.len() + dark.len(), "a colour outside the palette");
    }
}
