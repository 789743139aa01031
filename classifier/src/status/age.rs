//! Times of the kernel's clock, as people and programs read them.

use serde::Serialize;

/// How long ago something was.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Age(f64);

impl Age {
    /// Of a moment, both in nanoseconds; one that is yet to come was just now. To the millisecond.
    #[must_use]
    pub fn of(then: u64, now: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of less than 285,000 years")]
        let milliseconds = (now.saturating_sub(then) / 1_000_000) as f64;
        Self(milliseconds / 1000.0)
    }

    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> f64 {
        self.0
    }
}

impl std::fmt::Display for Age {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1}s", self.0)
    }
}
