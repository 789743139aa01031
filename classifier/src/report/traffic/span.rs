//! Between two times.

use serde::Serialize;

use crate::evidence::Moment;

/// From the first to the last time that something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first time.
    pub first: Moment,
    /// The last time.
    pub last: Moment,
}

impl Span {
    /// Both together.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}
