// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ages of events, on the kernel's clock.

use serde::{Deserialize, Serialize};

/// Time since an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Age(f64);

impl Age {
    /// Computes the age of a moment, both in nanoseconds, to the millisecond; a future moment has age 0.
    #[must_use]
    pub fn of(then: u64, now: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of less than 285,000 years")]
        let milliseconds = (now.saturating_sub(then) / 1_000_000) as f64;
        Self(milliseconds / 1000.0)
    }

    /// Returns the age in seconds.
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
