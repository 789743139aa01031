// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The clock of a capture.

/// Clock that never runs backwards. No two packets have the same time, so that their order stays known.
#[derive(Default)]
pub(super) struct Clock {
    now: u64,
}

impl Clock {
    /// Returns the time of a packet with this timestamp, in nanoseconds since 1970.
    pub(super) fn at(&mut self, time: u64) -> u64 {
        self.now = time.max(self.now.saturating_add(1));
        self.now
    }

    /// Returns the time of the last packet.
    pub(super) const fn now(&self) -> u64 {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_on_whatever_the_capture_says() {
        let mut clock = Clock::default();
        let times = [5, 3, 9, 9, 0, u64::MAX, 0].map(|time| clock.at(time));
        assert_eq!(times, [5, 6, 9, 10, 11, u64::MAX, u64::MAX]);
    }
}
