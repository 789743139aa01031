//! The processor that measurements run on.

use anyhow::{Context as _, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Keeps the calling thread on one processor, the last that it may run on: the first takes most interrupts.
pub fn pin() -> Result<()> {
    let allowed = sched_getaffinity(None).context("cannot ask for the processors")?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| allowed.is_set(*cpu)).context("no processor")?;
    let mut one = CpuSet::new();
    one.set(last);
    sched_setaffinity(None, &one).context("cannot stay on one processor")
}
