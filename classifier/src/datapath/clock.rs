//! The clock that the programs read.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of the monotonic clock, as `bpf_ktime_get_ns` gives them.
#[must_use]
pub fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    seconds * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or_default()
}
