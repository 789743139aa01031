//! `rate = "100/s"`.

/// Units by any of their names, in nanoseconds.
const UNITS: [(&[&str], u64); 4] = [
    (&["s", "second"], SECOND),
    (&["min", "minute"], 60 * SECOND),
    (&["h", "hour"], 3600 * SECOND),
    (&["d", "day"], 24 * 3600 * SECOND),
];

const SECOND: u64 = 1_000_000_000;

/// Packets in a unit: what costs a packet is still a nanosecond.
const MOST: u32 = 1_000_000_000;

/// Packets, and in how many nanoseconds; an error says what to write.
pub(super) fn parse(text: &str) -> Result<(u32, u64), String> {
    let parts = text.split_once('/').and_then(|(packets, unit)| {
        let unit = UNITS.iter().find(|(names, _)| names.contains(&unit.trim()));
        let packets = packets.trim().parse().ok().filter(|packets| (1..=MOST).contains(packets));
        Some((packets?, unit?.1))
    });
    parts.ok_or_else(|| {
        format!("`{text}` is no rate; write packets from 1 to {MOST} and a unit: \"100/s\", \"5/min\", \"10/h\", \"1/d\"")
    })
}
