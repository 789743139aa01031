// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses `http_server_config`.

use hyper::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};

use crate::located::{Located, Node, Pair, Refusal, Table};

/// Headers that can be set, with the permitted values of those that have few.
const HEADERS: [(&str, HeaderName, &[&str]); 5] = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY, &[]),
    ("Strict-Transport-Security", STRICT_TRANSPORT_SECURITY, &[]),
    ("X-Content-Type-Options", X_CONTENT_TYPE_OPTIONS, &["nosniff"]),
    ("X-Frame-Options", X_FRAME_OPTIONS, &["deny", "sameorigin"]),
    ("X-XSS-Protection", X_XSS_PROTECTION, &[]),
];

/// Parses the headers of every answer. `http2` has no effect: this server does not need HTTP/2 for scrapes of
/// one request.
pub(super) fn headers(table: Located<Node>) -> Result<HeaderMap, Refusal> {
    let mut table = Table::of(table, &["http2", "headers"])?;
    table.get("http2", Located::flag)?;
    let pairs =
        table.get("headers", |headers| headers.pairs("names and values, one in a line"))?.unwrap_or_default();
    pairs.into_iter().filter_map(|pair| field(pair).transpose()).collect()
}

/// Parses a header; a blank one is not set.
fn field(Pair { name, value }: Pair) -> Result<Option<(HeaderName, HeaderValue)>, Refusal> {
    let Some((_, field, values)) = HEADERS.iter().find(|(known, ..)| *known == name.value) else {
        let names = HEADERS.map(|(name, ..)| name).join(", ");
        return Err(name.refusal(format!("this header cannot be set; choose one of {names}")));
    };
    let value = value.text()?;
    if !values.is_empty() && !values.contains(&value.value.as_str()) {
        let values = values.join(" or ");
        return Err(value.refusal(format!("`{}` is not a valid value; write {values}", value.value)));
    }
    if value.value.is_empty() {
        return Ok(None);
    }
    let text = HeaderValue::from_str(&value.value);
    let text = text.map_err(|_| value.refusal("a header has ASCII characters only; remove the others"))?;
    Ok(Some((field.clone(), text)))
}
