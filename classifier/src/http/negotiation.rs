// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Negotiates the content of an answer (RFC 9110 §12).

use hyper::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName};

use crate::metrics::exposition::Format;

/// Weight of an offer in thousandths; 0 means "not acceptable".
type Weight = u16;
const FULL: Weight = 1000;

/// Chooses the format for an `Accept` header: `OpenMetrics` if it is named and weighs no less than text. A
/// client that accepts neither gets text.
#[must_use]
pub fn format(headers: &HeaderMap) -> Format {
    let open = weight(headers, &ACCEPT, |range| {
        (range.token == "application/openmetrics-text" && range.version_is("1.0.0")).then_some(2)
    });
    let text = weight(headers, &ACCEPT, |range| match range.token.as_str() {
        "text/plain" if range.version_is("0.0.4") => Some(2),
        "text/*" => Some(1),
        "*/*" => Some(0),
        _ => None,
    });
    match open {
        Some(open) if open > 0 && open >= text.unwrap_or(0) => Format::OpenMetrics,
        _ => Format::Text,
    }
}

/// Tells whether the client accepts gzip, with no less weight than plain bytes.
#[must_use]
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let of = |name: &str| {
        weight(headers, &ACCEPT_ENCODING, |range| match range.token.as_str() {
            token if token == name => Some(1),
            "*" => Some(0),
            _ => None,
        })
    };
    of("gzip").is_some_and(|gzip| gzip > 0 && gzip >= of("identity").unwrap_or(0))
}

/// One entry of an `Accept` header.
struct Range {
    token: String,
    version: Option<String>,
    weight: Weight,
}

impl Range {
    fn parse(entry: &str) -> Self {
        let mut parts = entry.split(';').map(str::trim);
        let token = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut range = Self { token, version: None, weight: FULL };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            if name.trim().eq_ignore_ascii_case("q") {
                range.weight = thousandths(value.trim());
            } else if name.trim().eq_ignore_ascii_case("version") {
                range.version = Some(value.trim().trim_matches('"').to_owned());
            }
        }
        range
    }

    /// Tells whether the entry accepts a version; without a version it accepts any.
    fn version_is(&self, version: &str) -> bool {
        self.version.as_deref().is_none_or(|asked| asked == version)
    }
}

/// Returns the weight of the most specific matching entry; `None` if none matches.
fn weight(headers: &HeaderMap, name: &HeaderName, specific: impl Fn(&Range) -> Option<u8>) -> Option<Weight> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(',')).map(Range::parse);
    let matching = ranges.filter_map(|range| Some((specific(&range)?, range.weight)));
    matching.max().map(|(_, weight)| weight)
}

/// Parses a weight; an invalid one counts as missing.
fn thousandths(text: &str) -> Weight {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000 after the clamp")]
    text.parse::<f32>().map_or(FULL, |weight| (weight.clamp(0.0, 1.0) * f32::from(FULL)).round() as Weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_format_follows_accept() {
        const PROMETHEUS_2: &str = "application/openmetrics-text;version=1.0.0,\
            application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        const PROMETHEUS_3: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
            text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        for (accept, expected) in [
            (PROMETHEUS_2, Format::OpenMetrics),
            (PROMETHEUS_3, Format::OpenMetrics),
            ("application/openmetrics-text", Format::OpenMetrics),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"; Q=1", Format::OpenMetrics),
            ("application/openmetrics-text;version=0.0.1", Format::Text),
            ("application/openmetrics-text;version=2.0.0,*/*;q=0.1", Format::Text),
            ("application/openmetrics-text;q=0.4,text/plain;q=0.5", Format::Text),
            ("application/openmetrics-text;q=0,*/*", Format::Text),
            ("text/html,*/*", Format::Text),
            ("application/json", Format::Text),
            ("", Format::Text),
            (";;,=;q=x", Format::Text),
        ] {
            assert_eq!(format(&headers(ACCEPT, accept)), expected, "{accept}");
        }
        assert_eq!(format(&HeaderMap::new()), Format::Text);
    }

    #[test]
    fn gzip_follows_accept_encoding() {
        for (accept, expected) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("*", true),
            ("*;q=0.5, gzip;q=0", false),
            ("gzip;q=0.5, identity", false),
            ("identity;q=0.5, gzip", true),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&headers(ACCEPT_ENCODING, accept)), expected, "{accept}");
        }
    }
}
