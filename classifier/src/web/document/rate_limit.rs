// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses `rate_limit`.

use std::time::Duration;

use crate::{
    located::{Located, Node, Refusal, Table},
    web::Bucket,
};

/// Longest interval: with a longer one, only a restart would admit a request again.
const INTERVAL_MAX: Duration = Duration::from_hours(24);

/// Largest burst, beyond any need.
const BURST_MAX: u32 = 1_000_000;

/// Parses the limit; `None` if it is disabled.
pub(super) fn bucket(table: Located<Node>) -> Result<Option<Bucket>, Refusal> {
    let mut table = Table::of(table, &["interval", "burst"])?;
    let interval = table.get("interval", interval)?;
    let burst = table.get("burst", |burst| burst.number(0..=BURST_MAX))?;
    let Some(interval) = interval.filter(|interval| !interval.value.is_zero()) else { return Ok(None) };
    match burst {
        None => {
            Err(interval
                .refusal("without `burst` no request would be accepted; add it, or write 0 for no limit"))
        }
        Some(burst) if burst.value == 0 => {
            Err(burst
                .refusal("with 0 no request would be accepted; write 1 or more, or interval 0 for no limit"))
        }
        Some(burst) => Ok(Some(Bucket::new(interval.value, burst.value))),
    }
}

/// Parses a duration in Go's format; 0 disables the limit.
fn interval(value: Located<Node>) -> Result<Located<Duration>, Refusal> {
    value.parsed("a duration of at most 24h, such as 1s or 250ms, or 0 for no limit", |text| {
        let duration = if text == "0" { Duration::ZERO } else { humantime::parse_duration(text).ok()? };
        (duration <= INTERVAL_MAX).then_some(duration)
    })
}
