// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the clock of the programs.

use std::{fs, sync::OnceLock, time::Duration};

use rustix::time::{ClockId, clock_gettime};

const SECOND: i128 = 1_000_000_000;

/// Returns the nanoseconds of the monotonic clock, as `bpf_ktime_get_ns` does: the host's clock, which a time
/// namespace (`time_namespaces(7)`) shifts for this process and not for the programs.
#[must_use]
pub fn now() -> u64 {
    static OFFSET: OnceLock<i128> = OnceLock::new();
    let offset = OFFSET.get_or_init(|| {
        // A kernel without time namespaces has no such file.
        let offsets = fs::read_to_string("/proc/self/timens_offsets").unwrap_or_default();
        monotonic_offset(&offsets).unwrap_or_default()
    });
    let now = clock_gettime(ClockId::Monotonic);
    let shifted = i128::from(now.tv_sec) * SECOND + i128::from(now.tv_nsec);
    u64::try_from(shifted - offset).unwrap_or_default()
}

/// Converts a duration into nanoseconds, the unit of this clock.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns the nanoseconds that a time namespace adds to the monotonic clock.
fn monotonic_offset(offsets: &str) -> Option<i128> {
    let line = offsets.lines().find_map(|line| line.strip_prefix("monotonic"))?;
    let mut numbers = line.split_whitespace().map(str::parse::<i64>);
    let (seconds, nanoseconds) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(i128::from(seconds) * SECOND + i128::from(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_read_as_the_kernel_writes_it() {
        for (offsets, expected) in [
            ("monotonic           0         0\nboottime            0         0\n", Some(0)),
            ("monotonic       86400       500\nboottime         7000         0\n", Some(86_400_000_000_500)),
            ("monotonic          -1 999999999\nboottime           -1         0\n", Some(-1)),
            ("boottime            0         0\n", None),
            ("monotonic           x\n", None),
            ("", None),
        ] {
            assert_eq!(monotonic_offset(offsets), expected, "{offsets}");
        }
    }
}
