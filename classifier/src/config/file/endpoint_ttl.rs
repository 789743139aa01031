//! How long an announced data port is waited for.

use std::{fmt, ops::RangeInclusive, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

/// Shorter than any client needs to dial, and longer than any session waits: neither was meant.
const BOUNDS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_hours(24);

/// A duration as a text: `60s`, `1m 30s`.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndpointTtl(pub Duration);

impl<'de> Deserialize<'de> for EndpointTtl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text).map(Self)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"a duration from "1ms" to "24h", such as "60s""#)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        let refused = || E::invalid_value(Unexpected::Str(text), &self);
        let duration = humantime::parse_duration(text).map_err(|_| refused())?;
        if BOUNDS.contains(&duration) { Ok(duration) } else { Err(refused()) }
    }
}
