//! `http_server_config`.

use hyper::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};

use super::{Pair, Table};
use crate::web::refusal::Refusal;

/// The keys of the table.
pub(super) const KEYS: &[&str] = &["http2", "headers"];

/// The headers that can be set, and the values of those that have only few.
const HEADERS: [(&str, HeaderName, &[&str]); 5] = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY, &[]),
    ("Strict-Transport-Security", STRICT_TRANSPORT_SECURITY, &[]),
    ("X-Content-Type-Options", X_CONTENT_TYPE_OPTIONS, &["nosniff"]),
    ("X-Frame-Options", X_FRAME_OPTIONS, &["deny", "sameorigin"]),
    ("X-XSS-Protection", X_XSS_PROTECTION, &[]),
];

/// What every answer has. `http2` permits HTTP/2, which this server has no use for: a scrape is one request.
pub(super) fn headers(mut table: Table) -> Result<HeaderMap, Refusal> {
    table.flag("http2")?;
    let pairs = table.pairs("headers")?.unwrap_or_default();
    pairs.into_iter().filter_map(|pair| field(pair).transpose()).collect()
}

/// A header that is left blank is not set.
fn field(Pair { name, value }: Pair) -> Result<Option<(HeaderName, HeaderValue)>, Refusal> {
    let Some((_, field, values)) = HEADERS.iter().find(|(known, ..)| *known == name.value) else {
        let names = HEADERS.map(|(name, ..)| name).join(", ");
        return Err(name.refusal(format!("this header cannot be set; choose from {names}")));
    };
    let value = value.text()?;
    if !values.is_empty() && !values.contains(&value.value.as_str()) {
        let values = values.join(" or ");
        return Err(value.refusal(format!("`{}` means nothing there; write {values}", value.value)));
    }
    if value.value.is_empty() {
        return Ok(None);
    }
    let text = HeaderValue::from_str(&value.value);
    let text = text.map_err(|_| value.refusal("no header has such characters; keep to ASCII"))?;
    Ok(Some((field.clone(), text)))
}
