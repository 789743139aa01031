//! `rate_limit`.

use std::time::Duration;

use super::{At, Table};
use crate::web::{Bucket, refusal::Refusal};

/// The keys of the table.
pub(super) const KEYS: &[&str] = &["interval", "burst"];

/// Longer, and a restart is the only way to ask again.
const INTERVAL_MAX: Duration = Duration::from_hours(24);

/// More than are ever asked for at once.
const BURST_MAX: u32 = 1_000_000;

/// The limit; `None` where it is switched off.
pub(super) fn bucket(mut table: Table) -> Result<Option<Bucket>, Refusal> {
    const REMEDY: &str = "write 1 or more, or interval 0 for no limit";
    let interval = table.text("interval")?.map(|text| interval(&text)).transpose()?;
    let burst = table.number("burst")?;
    let Some(interval) = interval.filter(|interval| !interval.value.is_zero()) else { return Ok(None) };
    match burst {
        None => {
            Err(interval
                .refusal("without a burst no request is let through; add one, or write 0 for no limit"))
        }
        Some(burst) if burst.value == 0 => {
            Err(burst.refusal(format!("0 would let no request through; {REMEDY}")))
        }
        Some(burst) if burst.value > BURST_MAX => {
            Err(burst.refusal(format!("more than can be counted; write at most {BURST_MAX}")))
        }
        Some(burst) => Ok(Some(Bucket::new(interval.value, burst.value))),
    }
}

/// As Go writes it; 0 switches the limit off.
fn interval(text: &At<String>) -> Result<At<Duration>, Refusal> {
    let duration = match text.value.as_str() {
        "0" => Some(Duration::ZERO),
        text => humantime::parse_duration(text).ok(),
    };
    let duration = duration.filter(|duration| *duration <= INTERVAL_MAX);
    duration.map(|duration| text.with(duration)).ok_or_else(|| {
        text.refusal("not a duration of at most 24h; write one such as 1s or 250ms, or 0 for no limit")
    })
}
