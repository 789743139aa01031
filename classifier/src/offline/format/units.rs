// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Converts the timestamps of files.

const NANO: u32 = 9;
const SECOND: i128 = 1_000_000_000;

/// Time units of a pcapng interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Units {
    /// `if_tsresol`: a negative power of 10, or of 2 if its highest bit is set.
    resolution: u8,
    /// `if_tsoffset`: seconds to be added.
    offset: i64,
    /// Nanoseconds in a unit, if a whole number; else 0.
    factor: u64,
}

impl Units {
    /// Creates units from an interface's options.
    pub(super) const fn new(resolution: u8, offset: i64) -> Self {
        let whole = resolution as u32 <= NANO && offset == 0;
        let factor = if whole { 10u64.pow(NANO - resolution as u32) } else { 0 };
        Self { resolution, offset, factor }
    }

    /// Converts a time to nanoseconds since 1970. Times outside of the range become its first or last value.
    pub(super) fn nanoseconds(self, time: u64) -> u64 {
        if self.factor != 0 {
            return time.saturating_mul(self.factor);
        }
        let scaled = i128::from(time) * SECOND;
        let power = u32::from(self.resolution & 0x7f);
        let since = if self.resolution & 0x80 != 0 {
            scaled.checked_shr(power).unwrap_or_default()
        } else {
            10i128.checked_pow(power).map_or(0, |units| scaled / units)
        };
        let since = since + i128::from(self.offset) * SECOND;
        u64::try_from(since.max(0)).unwrap_or(u64::MAX)
    }
}

impl Default for Units {
    /// Returns microseconds.
    fn default() -> Self {
        Self::new(6, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution_comes_to_nanoseconds() {
        for (resolution, time, nanoseconds) in [
            (0, 3, 3_000_000_000),
            (3, 1_500, 1_500_000_000),
            (6, 1_500_000, 1_500_000_000),
            (9, 1_500_000_000, 1_500_000_000),
            (12, 1_500_000_000_000, 1_500_000_000),
            (19, 15_000_000_000_000_000_000, 1_500_000_000),
            (38, u64::MAX, 0),
            (127, u64::MAX, 0),
            (0x80, 3, 3_000_000_000),
            (0x8a, 1536, 1_500_000_000),
            (0xa0, 3 << 31, 1_500_000_000),
            (0xbf, 3 << 62, 1_500_000_000),
            (0xff, u64::MAX, 0),
        ] {
            assert_eq!(Units::new(resolution, 0).nanoseconds(time), nanoseconds, "{resolution:#x}");
        }
    }

    #[test]
    fn an_offset_is_added_and_no_time_leaves_the_clock() {
        assert_eq!(Units::new(6, 2).nanoseconds(1), 2_000_001_000);
        assert_eq!(Units::new(9, -2).nanoseconds(3_000_000_000), 1_000_000_000);
        assert_eq!(Units::new(9, -2).nanoseconds(1), 0);
        assert_eq!(Units::new(6, i64::MAX).nanoseconds(u64::MAX), u64::MAX);
        assert_eq!(Units::new(0, 0).nanoseconds(u64::MAX), u64::MAX);
    }
}
