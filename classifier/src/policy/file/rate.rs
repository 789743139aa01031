// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses `rate = "100/s"`.

/// Names of units, with their nanoseconds.
const UNITS: [(&[&str], u64); 4] = [
    (&["s", "second"], SECOND),
    (&["min", "minute"], 60 * SECOND),
    (&["h", "hour"], 3600 * SECOND),
    (&["d", "day"], 24 * 3600 * SECOND),
];

const SECOND: u64 = 1_000_000_000;

/// Most packets in a unit: a packet must cost at least a nanosecond.
const MOST: u32 = 1_000_000_000;

/// Parses packets, and a unit in nanoseconds; an error says what to write.
pub(super) fn parse(text: &str) -> Result<(u32, u64), String> {
    let parts = text.split_once('/').and_then(|(packets, unit)| {
        let unit = UNITS.iter().find(|(names, _)| names.contains(&unit.trim()));
        let packets = packets.trim().parse().ok().filter(|packets| (1..=MOST).contains(packets));
        Some((packets?, unit?.1))
    });
    parts.ok_or_else(|| {
        format!("`{text}` is not a rate; write packets from 1 to {MOST} and a unit: \"100/s\", \"5/min\", \"10/h\", \"1/d\"")
    })
}
